// Packing: every token is trained once per epoch, no prediction crosses a sequence, and steps are reproducible.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Example, TrainingBatches } from '../../../src/neural/training/batches.ts';

const SEPARATOR = 99;
const examples: Example[] = [
  { ids: Int32Array.of(1, 2, 3, 4, 5) },
  { ids: Int32Array.of(10, 11, 12), weights: Float32Array.of(9, 0, 0.5) },
  { ids: Int32Array.of(20, 21, 22, 23, 24, 25, 26, 27, 28) },
  { ids: Int32Array.of(30) },
];
const options = { batch: 2, length: 4, microBatches: 2, seed: 5, separator: SEPARATOR };

test('an epoch predicts each token but the first of a sequence, with its weight', () => {
  const batches = new TrainingBatches(examples, { ...options, batch: 1, microBatches: 1 });
  const seen = new Map<string, number>();
  for (let step = 0; step < batches.stepsPerEpoch; step++) {
    const [{ ids, targets, weights }] = batches.batchesOfStep(step) as [
      ReturnType<typeof batches.batchesOfStep>[number],
    ];
    ids.forEach((id, i) => {
      if ((weights[i] as number) > 0) seen.set(`${id} ${targets[i]}`, (seen.get(`${id} ${targets[i]}`) ?? 0) + 1);
    });
  }
  const expected = [
    '1 2',
    '2 3',
    '3 4',
    '4 5',
    '11 12',
    ...[20, 21, 22, 23, 24, 25, 26, 27].map((id) => `${id} ${id + 1}`),
  ];
  assert.deepEqual([...seen.keys()].sort(), expected.sort());
  assert.ok([...seen.values()].every((count) => count === 1));
});

test('the weights of a step sum to 1, and every step has the same shape', () => {
  const batches = new TrainingBatches(examples, options);
  for (let step = 0; step < 5; step++) {
    const micro = batches.batchesOfStep(step);
    assert.equal(micro.length, 2);
    for (const { ids, targets, weights } of micro)
      assert.deepEqual([ids.length, targets.length, weights.length], [8, 8, 8]);
    const total = micro.flatMap(({ weights }) => [...weights]).reduce((sum, weight) => sum + weight, 0);
    assert.ok(Math.abs(total - 1) < 1e-6);
  }
});

test('step n does not depend on earlier calls, and epochs have different orders', () => {
  const a = new TrainingBatches(examples, options);
  const b = new TrainingBatches(examples, options);
  for (const step of [0, 1, 2, 3]) a.batchesOfStep(step);
  assert.deepEqual(a.batchesOfStep(7), b.batchesOfStep(7));
  const epochs = [0, 1, 2, 3].map((epoch) => JSON.stringify(a.batchesOfStep(epoch * a.stepsPerEpoch * 2)));
  assert.ok(new Set(epochs).size > 1);
});

test('a run without training tokens is an error', () => {
  assert.throws(() => new TrainingBatches([{ ids: Int32Array.of(1) }], options), /no token to learn/);
});

test('sequences that fit in a window are never cut, and windows are filled', () => {
  const whole: Example[] = Array.from({ length: 60 }, (_, i) => ({
    // Each begins with its number and ends with 98, so that the test detects a cut.
    ids: Int32Array.from({ length: 5 + (i % 12) }, (_, j) => (j === 4 + (i % 12) ? 98 : i)),
  }));
  const long: Example = { ids: Int32Array.from({ length: 50 }, (_, i) => 100 + i) };
  const batches = new TrainingBatches([...whole, long], {
    ...options,
    length: 16,
    batch: 1,
    microBatches: 1,
  }).allBatches();
  const learned: number[] = [];
  let used = 0;
  for (const { ids, targets, weights } of batches) {
    const stream = [...ids, targets.at(-1) as number];
    used += stream.filter((id) => id !== SEPARATOR).length;
    stream.forEach((id, i) => {
      if (id >= 98) return;
      // The whole example follows its first token in the same window.
      if (i === 0 || stream[i - 1] !== id) assert.equal(stream[i + 4 + (id % 12)], 98, `example ${id}`);
    });
    learned.push(...targets.filter((_, i) => (weights[i] as number) > 0));
  }
  assert.equal(learned.length, whole.reduce((sum, { ids }) => sum + ids.length - 1, 0) + 49);
  assert.ok(used / (batches.length * 17) > 0.85, `${used} of ${batches.length * 17}`);
});

test('validation uses every window once, and its weights sum to 1', () => {
  const all = new TrainingBatches(examples, { ...options, batch: 3 }).allBatches();
  const windows = new TrainingBatches(examples, { ...options, batch: 1 }).allBatches();
  assert.equal(all.length, Math.ceil(windows.length / 3));
  const total = all.flatMap(({ weights }) => [...weights]).reduce((sum, weight) => sum + weight, 0);
  assert.ok(Math.abs(total - 1) < 1e-6);
});

test('each epoch has all examples in a new order', () => {
  const sequences = Array.from({ length: 200 }, (_, i) => ({ ids: Int32Array.of(i, i, i, i, i) }));
  const batches = new TrainingBatches(sequences, { ...options, batch: 1, microBatches: 1 });
  const order = (epoch: number) =>
    Array.from({ length: 200 }, (_, i) => batches.batchesOfStep(epoch * 200 + i)[0]?.ids[0] as number);
  const sorted = order(0).sort((a, b) => a - b);
  assert.deepEqual(sorted, [...Array(200).keys()]);
  assert.notDeepEqual(order(1), order(0));
});
