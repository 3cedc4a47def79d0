// The conditional logit learns which candidate is chosen, and when none is; Adam finds a known minimum.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adam } from '../../../src/common/statistics/adam.ts';
import { choiceProbabilities, fitConditionalLogit } from '../../../src/common/statistics/conditional-logit.ts';

const none = Float32Array.of(1, -2);
const option = (...values: number[]) => ({ features: Float32Array.from(values) });
/** An option is right if and only if it has the second feature. */
const examples = Array.from({ length: 60 }, (_, i) =>
  i % 3 === 0
    ? { candidates: [option(1, 0)], none, right: -1 }
    : { candidates: [option(1, 0), option(1, 1)], none, right: 1 },
);
const start = [0, 0, 0, 0];

test('a chosen candidate becomes likely; if none was chosen, "none of these" becomes likely', () => {
  const weights = fitConditionalLogit(examples, start, 1);
  const [bad, good, nothing] = choiceProbabilities(examples[1] as (typeof examples)[number], weights);
  assert.ok((good as number) > 0.8 && (good as number) > (bad as number) && (good as number) > (nothing as number));
  const [candidate, noneOfThese] = choiceProbabilities(examples[0] as (typeof examples)[number], weights);
  assert.ok((noneOfThese as number) > (candidate as number));
});

test('weights stay at the start with a strong prior or without examples, and probabilities sum to 1', () => {
  assert.ok(fitConditionalLogit(examples, start, 1e6).every((weight) => Math.abs(weight) < 0.01));
  assert.deepEqual([...fitConditionalLogit([], [1, 2, 3, 4], 1)], [1, 2, 3, 4]);
  for (const example of examples) {
    const sum = choiceProbabilities(example, [3, -1, 0.5, 2]).reduce((total, p) => total + p, 0);
    assert.ok(Math.abs(sum - 1) < 1e-12);
  }
});

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
