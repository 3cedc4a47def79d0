// Risk bounds: the number of lost examples, ties, and the guarantee of the theory on random examples.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Keepable, thresholdOfBoundedRisk } from '../../../src/common/statistics/bounded-risk.ts';
import { uniforms } from '../../../src/common/statistics/random.ts';

const examplesOf = (...lost: readonly number[]): Keepable[] => lost.map((one, i) => ({ by: i, lost: one === 1 }));
const withoutLoss = (count: number) => examplesOf(...new Array<number>(count).fill(0));

test('a bound of 0.02 keeps nothing local with fewer than 49 examples', () => {
  assert.equal(thresholdOfBoundedRisk(withoutLoss(48), 0.02), undefined);
  assert.deepEqual(thresholdOfBoundedRisk(withoutLoss(49), 0.02), { keepBelow: 48, share: 1 });
});

test('loses as many examples as the bound allows, and treats equal examples alike', () => {
  // (lost + 1) / (99 + 1) <= 0.03
  const examples = examplesOf(...Array.from({ length: 99 }, (_, i) => (i % 10 === 9 ? 1 : 0)));
  assert.equal(thresholdOfBoundedRisk(examples, 0.03)?.keepBelow, 28);
  const tied = examples.map((example, i) => ({ ...example, by: i >= 20 && i < 40 ? 20 : i }));
  assert.equal(thresholdOfBoundedRisk(tied, 0.03)?.keepBelow, 19);
});

/** Random examples: `by` is the probability of the loss, so a threshold t has the expected loss t * t / 2. */
function drawExamples(count: number, seed: number): Keepable[] {
  const uniform = uniforms(seed);
  return Array.from({ length: count }, () => {
    const by = uniform();
    return { by, lost: uniform() < by };
  });
}

test('over many draws the bound holds on average', () => {
  const alpha = 0.05;
  const risks = Array.from({ length: 400 }, (_, seed) => {
    const { keepBelow } = thresholdOfBoundedRisk(drawExamples(200, seed + 1), alpha) ?? { keepBelow: 0 };
    return (keepBelow * keepBelow) / 2;
  });
  const mean = risks.reduce((sum, risk) => sum + risk, 0) / 400;
  assert.ok(mean <= alpha && mean > 0.7 * alpha, `mean ${mean}`);
});
