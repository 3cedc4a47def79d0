// Kinds of repeated changes that people make: after the second one, the next is offered first, with its text.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offsetOf } from '../../../src/workspace/edits/edit.ts';
import { nextEdits } from '../../../src/workspace/edits/next-edits.ts';
import { changes, Desk } from './support.ts';

for (const { name, files, typed, next } of changes)
  test(`after two changes, the third is offered: ${name}`, async () => {
    const desk = new Desk(files);
    for (const { path, old, text, nth } of typed) desk.type(path, old, text, nth);
    const opened = new Set(typed.map(({ path }) => path));
    const others = Object.keys(files).filter((path) => !opened.has(path));
    const file = (path: string) => ({ path, text: desk.text(path) });
    const [first] = await nextEdits({
      edits: desk.journal.recentEdits(),
      documents: [...opened].map(file),
      filesWith: (word) => others.map(file).filter(({ text }) => text.includes(word)),
      ms: 10_000,
    });
    assert.ok(first, 'nothing is offered');
    const text = desk.text(first.path);
    const at = offsetOf(text, first.range.start);
    assert.equal(first.path, next.path);
    assert.equal(text.slice(0, at) + first.replacement + text.slice(at + first.removed.length), next.text(text));
  });
