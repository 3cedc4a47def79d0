// The coupling of texts: estimates that mean what they say, calls where they pay, the last word where the folder knows better, and a
// bound that holds.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectedCalibrationError } from '../../../src/common/statistics/calibrate.ts';
import { uniforms } from '../../../src/common/statistics/random.ts';
import {
  afterCall,
  bestOf,
  crossJudged,
  estimatesAt,
  fitTextRouter,
  type HeldOutText,
  hasBoth,
  judgedBy,
} from '../../../src/text-tasks/labels/router.ts';
import { accuracyAt, riskAt } from '../../../src/text-tasks/labels/share-of-calls.ts';

/** Two labels; the specialist is as sure as it is right, the API is right in nine of ten, but calls every third of label 1 a 0 where `confused`. */
function made(count: number, seed: number, confused = false): HeldOutText[] {
  const uniform = uniforms(seed);
  return Array.from({ length: count }, (_, i) => {
    const truth = uniform() < 0.5 ? 0 : 1;
    const sure = 0.5 + uniform() / 2;
    const said = uniform() < sure ? truth : 1 - truth;
    const probabilities = said === 0 ? [sure, 1 - sure] : [1 - sure, sure];
    const slips = confused && truth === 1 ? 0.45 : 0.1;
    const api = uniform() < slips ? 1 - truth : truth;
    return { id: `${i}`, text: 'x'.repeat(i % 40), probabilities, api, truth };
  });
}

test('both estimates mean what they say on texts that they were not fitted on', () => {
  const coupling = fitTextRouter(made(600, 1), 2);
  const judged = made(2000, 2)
    .filter(hasBoth)
    .map((item) => judgedBy(coupling, item));
  const error = (of: (item: (typeof judged)[number]) => [number, boolean]) =>
    expectedCalibrationError(
      judged.map((item) => of(item)[0]),
      judged.map((item) => Number(of(item)[1])),
    );
  assert.ok(error(({ before, specialistRight }) => [before, specialistRight]) < 0.05);
  assert.ok(error(({ after, pairRight }) => [after, pairRight]) < 0.05);
});

test('calls by expected gain are worth more than calls at random, and all calls give the pair', () => {
  const coupling = fitTextRouter(made(600, 3), 2);
  const judged = made(1000, 4)
    .filter(hasBoth)
    .map((item) => judgedBy(coupling, item));
  const gain = ({ gain }: (typeof judged)[number]) => gain;
  const [none, half, all] = [0, 0.5, 1].map((share) => accuracyAt(judged, share, gain)) as [number, number, number];
  assert.ok(half > (none + all) / 2 + 0.05, `${none} ${half} ${all}`);
  assert.equal(all, judged.filter(({ pairRight }) => pairRight).length / judged.length);
});

test('where the API confuses labels that the folder knows, the specialist has the last word; else the API has', () => {
  const coupling = fitTextRouter(made(600, 5, true), 2);
  assert.notEqual(coupling.lastWord, undefined);
  assert.equal(bestOf(afterCall(coupling, [0.05, 0.95], 0)), 1);
  const others = made(1000, 6, true)
    .filter(hasBoth)
    .map((item) => judgedBy(coupling, item));
  const right = (of: (item: (typeof others)[number]) => boolean) => others.filter(of).length;
  assert.ok(right(({ pairRight }) => pairRight) > right(({ apiRight }) => apiRight) + 20);
});

test('without truths the specialist is as good as it agrees with the API, whose answer is taken', () => {
  const blind = made(300, 7).map(({ truth: _, ...item }): HeldOutText => item);
  const coupling = fitTextRouter(blind, 2);
  assert.equal(coupling.known, 0);
  assert.deepEqual(afterCall(coupling, [0.9, 0.1], 1), [0, 1]);
  const sure = estimatesAt(coupling, { id: 'a', text: 'x', probabilities: [0.99, 0.01] });
  const unsure = estimatesAt(coupling, { id: 'b', text: 'x', probabilities: [0.55, 0.45] });
  assert.ok(sure.before > unsure.before && sure.after === unsure.after);
});

test('the risk that is chosen is kept on other texts on average, and too few texts keep nothing local', () => {
  let lost = 0;
  let texts = 0;
  for (let seed = 1; seed <= 3; seed++) {
    const items = made(300, 100 + seed);
    const risk = riskAt(crossJudged(items, 2), 0.05);
    assert.ok(risk !== undefined && risk.localShare > 0.05);
    const coupling = fitTextRouter(items, 2);
    for (const item of made(500, 200 + seed).filter(hasBoth)) {
      const { gain, specialistRight, apiRight } = judgedBy(coupling, item);
      texts += 1;
      lost += Number(gain <= risk.keepBelow && !specialistRight && apiRight);
    }
  }
  assert.ok(lost / texts < 0.07, `${lost / texts}`);
  assert.equal(riskAt([{ gain: 0, specialistRight: true, apiRight: true }], 0.01), undefined);
});
