// Adam finds a known minimum, also from batches, and its prior keeps the weights near the start.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adam } from '../../../src/common/statistics/adam.ts';

const targets = [1, 2, 6];
/** Gradient of the sum of (w - target)^2 / 2. */
const addGradient = (weights: Float64Array, gradient: Float64Array) => {
  for (const target of targets) gradient[0] = (gradient[0] as number) + (weights[0] as number) - target;
};
const options = { steps: 2000, rate: 0.1, examples: targets.length, prior: 0 };
const assertNear = (value: number | undefined, expected: number) =>
  assert.ok(Math.abs((value as number) - expected) < 1e-3, `${value}`);

test('finds the mean of the targets from any start', () => {
  for (const start of [0, -4, 9]) assertNear(adam([start], addGradient, options)[0], 3);
});

test('the prior counts as the given number of examples', () => {
  assertNear(adam([0], addGradient, { ...options, prior: 3 })[0], 1.5);
});

test('batches of one example give the same result', () => {
  let index = 0;
  const addGradientOfOne = (weights: Float64Array, gradient: Float64Array) => {
    gradient[0] = (weights[0] as number) - (targets[index++ % targets.length] as number);
  };
  assert.ok(Math.abs((adam([0], addGradientOfOne, { ...options, batch: 1 })[0] as number) - 3) < 0.1);
});

test('without examples or steps it returns a copy of the start', () => {
  const start = Float64Array.of(1, 2);
  assert.deepEqual([...adam(start, addGradient, { ...options, examples: 0 })], [1, 2]);
  assert.deepEqual([...adam(start, addGradient, { ...options, steps: 0 })], [1, 2]);
  adam(start, addGradient, options);
  assert.deepEqual([...start], [1, 2]);
});
