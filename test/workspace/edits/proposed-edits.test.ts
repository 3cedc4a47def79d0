// Pairs that a model proposes, as next edits: where they count, and how small the edits are.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offsetOf } from '../../../src/workspace/edits/edit.ts';
import { proposedEdits } from '../../../src/workspace/edits/proposed-edits.ts';

const TEXT = 'const a = read(1);\nconst b = read(2);\n\nsend(a, b);\nclose();\n';
const WHOLE = { from: 0, to: TEXT.length };

function propose(pairs: readonly (readonly [string, string])[], window = WHOLE) {
  const edits = proposedEdits(
    { path: 'src/a.ts', text: TEXT },
    window,
    pairs.map(([search, replacement]) => ({ search, replacement })),
    { rule: 'rule', origin: { kind: 'proposal', model: 'm' } },
  );
  const applied = edits
    .map(({ range, replacement }) => [offsetOf(TEXT, range.start), offsetOf(TEXT, range.end), replacement] as const)
    .sort(([one], [other]) => other - one)
    .reduce((text, [start, end, replacement]) => text.slice(0, start) + replacement + text.slice(end), TEXT);
  return { edits, applied };
}

test('offers the changed words of a line alone', () => {
  const { edits, applied } = propose([['send(a, b);', 'post(a, b);']]);
  assert.deepEqual(
    edits.map(({ range, removed, replacement, left }) => ({ ...range.start, removed, replacement, left })),
    [{ line: 3, character: 0, removed: 'send', replacement: 'post', left: 1 }],
  );
  assert.equal(applied, TEXT.replace('send', 'post'));
});

test('applies lines that are inserted, deleted or only indented', () => {
  const cases: [string, string][] = [
    ['const b = read(2);', 'const b = read(2);\nconst c = read(3);'],
    ['send(a, b);\nclose();', 'send(a, b);'],
    ['close();', '  close();'],
    ['const a = read(1);\nconst b = read(2);', 'const [a, b] = readBoth();'],
  ];
  for (const [search, replacement] of cases)
    assert.equal(propose([[search, replacement]]).applied, TEXT.replace(search, replacement));
});

test('leaves out a text that is absent, stands twice or lies outside the window, and one that overlaps another', () => {
  assert.deepEqual(propose([['gone();', 'a();']]).edits, []);
  assert.deepEqual(propose([['read(', 'load(']]).edits, []);
  assert.deepEqual(propose([['close();', 'stop();']], { from: 0, to: TEXT.indexOf('close') + 2 }).edits, []);
  const { edits } = propose([
    ['send(a, b);', 'post(a, b);'],
    ['send(a, b);\nclose();', 'mail(a, b);\nclose();'],
  ]);
  assert.deepEqual(
    edits.map(({ replacement }) => replacement),
    ['post'],
  );
});
