// The conditional logit: learns what is chosen, and when nothing is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choiceProbabilities, fitConditionalLogit } from '../../../src/common/statistics/conditional-logit.ts';

const none = Float32Array.of(1, -2);
const option = (...values: number[]) => ({ features: Float32Array.from(values) });
/** An option with the second feature is right; among others nothing is. */
const examples = Array.from({ length: 60 }, (_, i) =>
  i % 3 === 0
    ? { candidates: [option(1, 0)], none, right: -1 }
    : { candidates: [option(1, 0), option(1, 1)], none, right: 1 },
);
const start = [0, 0, 0, 0];

test('chosen candidates become likely; if none was chosen, none does', () => {
  const weights = fitConditionalLogit(examples, start, 1);
  const [bad, good, nothing] = choiceProbabilities(examples[1] as (typeof examples)[number], weights);
  assert.ok((good as number) > 0.8 && (good as number) > (bad as number) && (good as number) > (nothing as number));
  const [alone, noneOfThese] = choiceProbabilities(examples[0] as (typeof examples)[number], weights);
  assert.ok((noneOfThese as number) > (alone as number));
});

test('a strong prior or no examples keep the weights, and probabilities sum to 1', () => {
  assert.ok(fitConditionalLogit(examples, start, 1e6).every((weight) => Math.abs(weight) < 0.01));
  assert.deepEqual([...fitConditionalLogit([], [1, 2, 3, 4], 1)], [1, 2, 3, 4]);
  for (const example of examples) {
    const sum = choiceProbabilities(example, [3, -1, 0.5, 2]).reduce((total, p) => total + p, 0);
    assert.ok(Math.abs(sum - 1) < 1e-12);
  }
});
