// The router of a task with labels: calibrated estimates, and calls by expected gain.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brierScore, expectedCalibrationError } from '../../../src/common/statistics/calibrate.ts';
import { uniforms } from '../../../src/common/statistics/random.ts';
import {
  confidenceWith,
  estimatesFor,
  fitTextRouter,
  type HeldOutText,
  isFullyKnown,
  judgeText,
} from '../../../src/text-tasks/labels/router.ts';
import { accuracyAt } from '../../../src/text-tasks/labels/share-of-calls.ts';

/**
 * Texts with two labels, a calibrated local model, and an API with 90 % accuracy.
 * @param confused share of the texts with label 1 for which the API answers 0
 */
function makeTexts(count: number, seed: number, confused = 0.1): HeldOutText[] {
  const uniform = uniforms(seed);
  return Array.from({ length: count }, (_, i) => {
    const truth = uniform() < 0.5 ? 0 : 1;
    const confidence = 0.5 + uniform() / 2;
    const label = uniform() < confidence ? truth : 1 - truth;
    const probabilities = label === 0 ? [confidence, 1 - confidence] : [1 - confidence, confidence];
    const errorRate = truth === 1 ? confused : 0.1;
    const api = uniform() < errorRate ? 1 - truth : truth;
    return { id: `${i}`, text: 'x'.repeat(i % 40), probabilities, api, truth };
  });
}

test('estimates are calibrated on texts that they were not fitted on', () => {
  const router = fitTextRouter(makeTexts(600, 1), 2);
  const judged = makeTexts(2000, 2)
    .filter(isFullyKnown)
    .map((item) => judgeText(router, item));
  const error = (of: (item: (typeof judged)[number]) => [number, boolean]) =>
    expectedCalibrationError(
      judged.map((item) => of(item)[0]),
      judged.map((item) => Number(of(item)[1])),
    );
  assert.ok(error(({ beforeCall: before, specialistRight }) => [before, specialistRight]) < 0.05);
  assert.ok(error(({ afterCall: after, apiRight }) => [after, apiRight]) < 0.05);
});

test('calls chosen by expected gain raise the accuracy more than random calls', () => {
  const router = fitTextRouter(makeTexts(600, 3), 2);
  const judged = makeTexts(1000, 4)
    .filter(isFullyKnown)
    .map((item) => judgeText(router, item));
  const gain = ({ gain }: (typeof judged)[number]) => gain;
  const [none, half, all] = [0, 0.5, 1].map((share) => accuracyAt(judged, share, gain)) as [number, number, number];
  assert.ok(half > (none + all) / 2 + 0.05, `${none} ${half} ${all}`);
  assert.equal(all, judged.filter(({ apiRight }) => apiRight).length / judged.length);
});

test('without human labels a local label counts as right if it equals the API label', () => {
  const blind = makeTexts(300, 7).map(({ truth: _, ...item }): HeldOutText => item);
  const router = fitTextRouter(blind, 2);
  assert.equal(router.known, 0);
  const sure = estimatesFor(router, { id: 'a', text: 'x', probabilities: [0.99, 0.01] });
  const unsure = estimatesFor(router, { id: 'b', text: 'x', probabilities: [0.55, 0.45] });
  assert.ok(sure.before > unsure.before && sure.after === unsure.after);
});

test('once the large model has answered, agreement with the local model makes the answer more likely to be right', () => {
  const router = fitTextRouter(makeTexts(800, 8), 2);
  const others = makeTexts(2000, 9).filter(isFullyKnown);
  const confidences = others.map((item) => confidenceWith(router, item, item.api));
  const right = others.map((item) => Number(item.api === item.truth));
  assert.ok(expectedCalibrationError(confidences, right) < 0.05);
  const before = others.map((item) => estimatesFor(router, item).after);
  assert.ok(brierScore(confidences, right) < brierScore(before, right) - 0.01);
  const [first] = others;
  assert.ok(first);
  const sure = { ...first, probabilities: [0.95, 0.05] };
  assert.ok(confidenceWith(router, sure, 0) > confidenceWith(router, sure, 1) + 0.1);
});

test('the estimate after a call knows whether the large model is shown what the folder knows', () => {
  const bare = makeTexts(600, 10, 0.45).map((item) => ({ ...item, id: `bare ${item.id}`, informed: false }));
  const informed = makeTexts(600, 11).map(({ truth, ...item }) => ({ ...item, truth, api: truth, informed: true }));
  const router = fitTextRouter([...bare, ...informed], 2);
  const after = (shown: boolean) =>
    estimatesFor(router, { id: 'a', text: 'x', probabilities: [0.4, 0.6], informed: shown }).after;
  assert.ok(after(true) > after(false) + 0.05, `${after(true)} ${after(false)}`);
});
