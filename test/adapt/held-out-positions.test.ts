// Splits files into training and held-out files, chooses positions in them, and by these the model in use.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choose, type MeasuredModel, type ModelCandidate } from '../../src/adapt/choose.ts';
import { holdOut, sample } from '../../src/adapt/held-out-positions.ts';
import type { ScoredPosition } from '../../src/adapt/positions/scored-positions.ts';
import type { MixedQuality } from '../../src/adapt/report/adapt-report.ts';
import type { Training } from '../../src/adapt/train-on-folder.ts';
import { sampleExamples } from '../../src/prompts/completion/cursor-examples.ts';
import type { HarvestedFile, Split } from '../../src/workspace/files/harvest-types.ts';

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
  const expected = [...few].sort((a, b) => a - b);
  assert.deepEqual(few, expected);
  assert.ok((few.at(-1) as number) >= 90);
  assert.deepEqual(sample(items, 1000), items);
});

const POSITIONS = 50;

/**
 * @param right number of positions with the right line
 * @param nats loss at a position, which has four tokens
 */
function measured(name: ModelCandidate['name'], right: number, nats?: (position: number) => number): MeasuredModel {
  const scored = Array.from({ length: POSITIONS }, (_, i) => ({
    right: i < right,
    loss: nats && { tokens: 4, nats: nats(i) },
  }));
  return {
    name,
    model: name,
    base: 'base',
    scored: scored as unknown as readonly ScoredPosition[],
    quality: {} as MixedQuality,
  };
}

/** Different losses, because some positions are harder than others. */
const lossOf = (position: number) => 1 + (position % 7);
const base = measured('base', 16, lossOf);
const trained = (improved: boolean) => ({ improved }) as Training;
const used = (...of: MeasuredModel[]) => choose([...of, base], trained(true)).used.name;

test('keeps a model with significantly more exact matches whatever its loss', () => {
  const { used: one, why } = choose([measured('adapted', 24, (i) => lossOf(i) + 1), base], trained(true));
  assert.equal(one.name, 'adapted');
  assert.match(
    why,
    /gets 16\.0 more of 100 lines right than the base at the 50 validation positions, which chance does not explain/,
  );
});

test('keeps equal matches with a lower loss at most positions, not with a lower loss at two positions', () => {
  const lower = measured('adapted', 16, (i) => lossOf(i) - 0.05 - 0.01 * (i % 3));
  const { used: one, why } = choose([lower, base], trained(true));
  assert.equal(one.name, 'adapted');
  assert.match(
    why,
    /as many lines right as the base at the 50 validation positions, and it gives the author’s text 1\.5% more probability/,
  );
  const lowerAtTwo = (i: number) => lossOf(i) - (i === 3 || i === 20 ? 3 : -0.01);
  assert.equal(used(measured('adapted', 16, lowerAtTwo)), 'base');
});

test('rejects fewer matches with a lower loss, and training that did not help', () => {
  const lower = (i: number) => lossOf(i) - 0.5;
  assert.equal(used(measured('adapted', 15, lower)), 'base');
  assert.equal(choose([measured('adapted', 16, lower), base], trained(false)).used.name, 'base');
});

test('of two better models keeps the one with more matches, then with the lower loss', () => {
  const lower = (by: number) => (i: number) => lossOf(i) - by - 0.01 * (i % 3);
  assert.equal(used(measured('adapted', 17, lower(0.1)), measured('earlier', 18, lower(0.05))), 'earlier');
  assert.equal(used(measured('adapted', 17, lower(0.1)), measured('earlier', 17, lower(0.2))), 'earlier');
  assert.equal(used(measured('adapted', 17, lower(0.3)), measured('earlier', 17, lower(0.2))), 'adapted');
});

test('without losses, exact matches alone decide', () => {
  assert.equal(used(measured('adapted', 17)), 'base');
  assert.equal(used(measured('adapted', 24)), 'adapted');
});
