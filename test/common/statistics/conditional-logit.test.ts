// The conditional logit learns which candidate is chosen, and when none is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
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
