// Splits files into training and held-out files, and chooses positions in held-out files.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holdOut, sample } from '../../src/adaptation/stages/held-out-positions.ts';
import { sampleExamples } from '../../src/prompts/completion/cursor-examples.ts';
import type { HarvestedFile, Split } from '../../src/workspace/files/types.ts';

function file(path: string, split: Split, lines: number): HarvestedFile {
  const text = Array.from({ length: lines }, (_, n) => `const value${n} = compute(${n}, '${path}');\n`).join('');
  return { path, languageId: 'typescript', kind: 'code', text, hash: path, split, secrets: 0 };
}

test('training files, both halves of validation, and test files are disjoint and complete', () => {
  const splits: Split[] = ['train', 'train', 'validation', 'test', 'validation', 'train', 'validation'];
  const files = splits.map((split, n) => file(`f${n}.ts`, split, 3));
  const heldOut = holdOut(files);
  const all = [...heldOut.train, ...heldOut.fit, ...heldOut.choose, ...heldOut.test].map((each) => each.path);
  assert.deepEqual(all.sort(), files.map((each) => each.path).sort());
  assert.ok(heldOut.fit.length > 0 && heldOut.choose.length > 0);
});

test('a validation file stays in its half when other files change, and each half has at least a third', () => {
  const files = Array.from({ length: 60 }, (_, n) => file(`src/${n}.ts`, 'validation', 3));
  const { fit } = holdOut(files);
  for (let count = 30; count < files.length; count++) {
    const fewer = files.slice(-count);
    const expected = fewer.filter((each) => fit.includes(each));
    assert.deepEqual(holdOut(fewer).fit, expected, `${count}`);
  }
  for (let at = 0; at < files.length; at++) {
    for (let count = 2; count <= 8 && at + count <= files.length; count++) {
      const { fit: some, choose } = holdOut(files.slice(at, at + count));
      assert.ok(Math.min(some.length, choose.length) >= Math.floor(count / 3) && some.length > 0 && choose.length > 0);
    }
  }
  assert.equal(holdOut(files.slice(0, 1)).choose.length, 1);
  assert.deepEqual(holdOut([]).fit, []);
});

test('positions are spread over the files, within the limit, and deterministic', () => {
  const files = [file('long.ts', 'test', 400), file('short.ts', 'test', 2), file('middle.ts', 'test', 40)];
  const positions = sampleExamples(files, 60, 1);
  assert.ok(positions.length > 40 && positions.length <= 60, `${positions.length}`);
  assert.equal(new Set(positions.map((position) => position.path)).size, 3);
  assert.deepEqual(sampleExamples(files, 60, 1), positions);
  assert.deepEqual(sampleExamples([], 10, 1), []);
});

test('a sample keeps the order and covers the whole range', () => {
  const items = Array.from({ length: 100 }, (_, n) => n);
  const few = sample(items, 10);
  assert.equal(few.length, 10);
  assert.deepEqual(
    few,
    [...few].sort((a, b) => a - b),
  );
  assert.ok((few.at(-1) as number) >= 90);
  assert.deepEqual(sample(items, 1000), items);
});
