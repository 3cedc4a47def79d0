// Cursor positions drawn from files, and the splits of files.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CursorKind } from '../../../src/prompts/completion/cursor-examples.ts';
import { cursorExamples } from '../../../src/prompts/completion/cursor-examples.ts';
import { kindOf, languageIdOf } from '../../../src/text/languages.ts';
import { assignSplits, splitOf } from '../../../src/workspace/files/file-names.ts';
import type { HarvestedFile } from '../../../src/workspace/files/harvest-types.ts';

function file(path: string, text: string): HarvestedFile {
  const languageId = languageIdOf(path);
  return { path, languageId, kind: kindOf(languageId), text, hash: '', split: 'train', secrets: 0 };
}

const typescript = file(
  'a.ts',
  Array.from(
    { length: 30 },
    (_, i) =>
      `export function f${i}(a: number): number {\n\tconst b = a * ${i};  \n\n\tif (b > 2) {\n\t\treturn b;\n\t}\n\treturn a + b;\n}\n`,
  ).join('\n'),
);
const markdown = file(
  'a.md',
  `# Title\n\n${'A long sentence about the first thing. It goes on for a while. '.repeat(8)}\n\n## Part\n\nShort one.\nSecond line.\n\n- item one\n- item two\n\nEnd\n===\n\nLast words here.\n`,
);
const python = file(
  'a.py',
  'import os\n\ndef f(a):\n    b = a\n\n    if b:\n        return b\n    return a\n\nx = f(1)\n',
);
const all = [typescript, markdown, python];
const kinds: CursorKind[] = ['statement-start', 'mid-line', 'line-end', 'block-body'];

test('prefix, truth and suffix make up the file, and the truth is not empty and has no white space at its end', () => {
  for (const each of all)
    for (const kind of kinds) {
      const examples = cursorExamples(each, { max: 100, seed: 3, kinds: [kind] });
      assert.ok(examples.length > 0, `${each.path} ${kind}`);
      for (const { prefix, truth, suffix, offset, line, column, ...rest } of examples) {
        assert.equal(prefix + truth + suffix, each.text);
        assert.equal(prefix.length, offset);
        const before = prefix.split('\n');
        assert.equal(line, before.length - 1);
        assert.equal(column, before.at(-1)?.length);
        assert.notEqual(truth.trim(), '');
        assert.equal(truth, truth.trimEnd());
        assert.deepEqual(rest, { path: each.path, languageId: each.languageId, kind });
        if (kind !== 'block-body') {
          assert.ok(!truth.includes('\n'));
          assert.match(suffix, /^[ \t]*(?:\n|$)/);
        }
        const lineBefore = before.at(-1) ?? '';
        if (kind === 'statement-start' && each.kind === 'code') assert.equal(lineBefore.trim(), '');
        if (kind === 'mid-line' || kind === 'line-end') assert.notEqual(lineBefore.trim(), '');
      }
    }
});

test('half of the positions are statement starts, a quarter inside lines, the rest at line ends and in blocks', () => {
  const counts = new Map<string, number>();
  for (const { kind } of cursorExamples(typescript, { max: 80, seed: 1 }))
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  assert.deepEqual(Object.fromEntries(counts), {
    'statement-start': 40,
    'mid-line': 20,
    'line-end': 10,
    'block-body': 10,
  });
  const few = new Map<string, number>();
  for (let i = 0; i < 200; i++)
    for (const { kind } of cursorExamples({ ...typescript, path: `${i}.ts` }, { max: 1, seed: 1 }))
      few.set(kind, (few.get(kind) ?? 0) + 1);
  for (const kind of kinds) assert.ok((few.get(kind) ?? 0) > 10, `${kind} of 200: ${few.get(kind)}`);
});

test('the positions depend on the seed only, and no two are on one line', () => {
  const options = { max: 20, seed: 5 };
  const first = cursorExamples(typescript, options);
  assert.equal(first.length, 20);
  assert.deepEqual(first, cursorExamples(typescript, options));
  assert.notDeepEqual(first, cursorExamples(typescript, { max: 20, seed: 6 }));
  assert.equal(new Set(first.map(({ line }) => line)).size, 20);
});

test('the truth of a block is its body without the closing bracket, at most 12 lines', () => {
  const truths = (each: HarvestedFile) =>
    cursorExamples(each, { max: 100, seed: 1, kinds: ['block-body'] }).map(({ truth }) => truth);
  assert.deepEqual(truths(python), ['b = a\n\n    if b:\n        return b\n    return a', 'return b']);
  assert.ok(truths(typescript).includes('const b = a * 3;  \n\n\tif (b > 2) {\n\t\treturn b;\n\t}\n\treturn a + b;'));
  assert.ok(truths(markdown).includes('Short one.\nSecond line.'));
  assert.ok(truths(markdown).includes('Last words here.'));
  const long = file('l.ts', `x\nfoo(() => {\n${'  step();\n'.repeat(40)}});\n`);
  assert.equal(truths(long)[0]?.split('\n').length, 12);
});

test('in prose on one long line the truth is a sentence, not the whole paragraph', () => {
  for (const kind of kinds.slice(0, 3))
    for (const { truth } of cursorExamples(markdown, { max: 50, seed: 2, kinds: [kind] }))
      assert.ok(truth.length <= 160, truth);
});

test('empty, blank, one-line and redacted texts give no positions', () => {
  for (const text of ['', '\n\n', 'one line', '}\n}\n};\n'])
    assert.deepEqual(cursorExamples(file('a.ts', text), { max: 5, seed: 1, kinds: ['statement-start'] }), []);
  const redacted = file('a.ts', `x\nconst a = "${'*'.repeat(40)}";\n`);
  assert.deepEqual(cursorExamples(redacted, { max: 5, seed: 1, kinds: ['statement-start'] }), []);
  assert.deepEqual(cursorExamples(typescript, { max: 0, seed: 1 }), []);
  assert.deepEqual(cursorExamples(typescript, { max: 5, seed: 1, kinds: [] }), []);
});

test('files are split 80 / 10 / 10 by their paths alone', () => {
  const paths = Array.from({ length: 5000 }, (_, i) => `src/room${i % 7}/file${i}.ts`);
  const splits = assignSplits(paths);
  const share = (split: string) => paths.filter((path) => splits.get(path) === split).length / paths.length;
  assert.ok(Math.abs(share('train') - 0.8) < 0.02);
  assert.ok(Math.abs(share('validation') - 0.1) < 0.015);
  for (const path of paths) assert.equal(splits.get(path), splitOf(path));
});

test('from three files on every split has a file, and few files change their split as the folder grows', () => {
  for (let trial = 0; trial < 100; trial++) {
    let before = new Map<string, string>();
    for (let n = 3; n <= 30; n++) {
      const paths = Array.from({ length: n }, (_, i) => `t${trial}/f${i}.ts`);
      const splits = assignSplits(paths);
      assert.equal(new Set(splits.values()).size, 3);
      assert.ok(paths.filter((path) => splits.get(path) !== splitOf(path)).length <= 2);
      assert.deepEqual(splits, assignSplits([...paths]));
      assert.ok([...before].filter(([path, split]) => splits.get(path) !== split).length <= 4);
      before = splits;
    }
  }
  assert.deepEqual([...assignSplits(['a', 'b']).values()], ['train', 'train']);
  assert.equal(assignSplits([]).size, 0);
});
