// The local model of a task with labels, and its router: calibrated estimates, and calls by expected gain.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brierScore, expectedCalibrationError } from '../../../src/common/statistics/calibrate.ts';
import { uniforms } from '../../../src/common/statistics/random.ts';
import { accuracyAt } from '../../../src/routing/local-or-large.ts';
import { hashedRow, rarityOf } from '../../../src/text-tasks/labels/hashed-grams.ts';
import {
  type FullyKnownText,
  fitTextRouter,
  type HeldOutText,
  mostLikely,
} from '../../../src/text-tasks/labels/router.ts';
import { fitSpecialist, labelProbabilities } from '../../../src/text-tasks/labels/text-specialist.ts';

const isFullyKnown = (item: HeldOutText): item is FullyKnownText => item.api !== undefined && item.truth !== undefined;

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
    .map((item) => router.judge(item));
  const error = (of: (item: (typeof judged)[number]) => [number, number]) =>
    expectedCalibrationError(
      judged.map((item) => of(item)[0]),
      judged.map((item) => of(item)[1]),
    );
  assert.ok(error(({ beforeCall: before, specialistRight }) => [before, specialistRight]) < 0.05);
  assert.ok(error(({ afterCall: after, apiRight }) => [after, apiRight]) < 0.05);
});

test('calls chosen by expected gain raise the accuracy more than random calls', () => {
  const router = fitTextRouter(makeTexts(600, 3), 2);
  const judged = makeTexts(1000, 4)
    .filter(isFullyKnown)
    .map((item) => router.judge(item));
  const gain = ({ gain }: (typeof judged)[number]) => gain;
  const [none, half, all] = [0, 0.5, 1].map((share) => accuracyAt(judged, share, gain)) as [number, number, number];
  assert.ok(half > (none + all) / 2 + 0.05, `${none} ${half} ${all}`);
  assert.equal(all, judged.filter(({ apiRight }) => apiRight).length / judged.length);
});

test('without human labels a local label counts as right if it equals the API label', () => {
  const blind = makeTexts(300, 7).map(({ truth: _, ...item }): HeldOutText => item);
  const router = fitTextRouter(blind, 2);
  assert.equal(router.known, 0);
  const sure = router.estimatesFor({ id: 'a', text: 'x', probabilities: [0.99, 0.01] });
  const unsure = router.estimatesFor({ id: 'b', text: 'x', probabilities: [0.55, 0.45] });
  assert.ok(sure.before > unsure.before && sure.after === unsure.after);
});

test('once the large model has answered, agreement with the local model makes the answer more likely to be right', () => {
  const router = fitTextRouter(makeTexts(800, 8), 2);
  const others = makeTexts(2000, 9).filter(isFullyKnown);
  const confidences = others.map((item) => router.confidenceWith(item, item.api));
  const right = others.map((item) => Number(item.api === item.truth));
  assert.ok(expectedCalibrationError(confidences, right) < 0.05);
  const before = others.map((item) => router.estimatesFor(item).after);
  assert.ok(brierScore(confidences, right) < brierScore(before, right) - 0.01);
  const [first] = others;
  assert.ok(first);
  const sure = { ...first, probabilities: [0.95, 0.05] };
  assert.ok(router.confidenceWith(sure, 0) > router.confidenceWith(sure, 1) + 0.1);
});

test('the estimate after a call knows whether the large model is shown what the folder knows', () => {
  const bare = makeTexts(600, 10, 0.45).map((item) => ({ ...item, id: `bare ${item.id}`, informed: false }));
  const informed = makeTexts(600, 11).map(({ truth, ...item }) => ({ ...item, truth, api: truth, informed: true }));
  const router = fitTextRouter([...bare, ...informed], 2);
  const after = (shown: boolean) =>
    router.estimatesFor({ id: 'a', text: 'x', probabilities: [0.4, 0.6], informed: shown }).after;
  assert.ok(after(true) > after(false) + 0.05, `${after(true)} ${after(false)}`);
});

const words = [
  ['crash', 'broken', 'error', 'fails'],
  ['wish', 'please', 'add', 'support'],
  ['typo', 'readme', 'guide', 'docs'],
];
const filler = ['the', 'when', 'page', 'button', 'list', 'user', 'with', 'opens'];

/** Texts with one word that tells the label; every fourth text has none. */
function makeLabelled(count: number, seed: number) {
  const uniform = uniforms(seed);
  const pick = <T>(from: readonly T[]) => from[Math.floor(uniform() * from.length)] as T;
  return Array.from({ length: count }, (_, i) => {
    const label = i % 3;
    const word = i % 4 === 0 ? pick(filler) : pick(words[label] as string[]);
    const states = Float32Array.from({ length: 12 }, (_, j) => uniform() + (j === label ? 1 : 0));
    return { text: [pick(filler), word, pick(filler), pick(filler)].join(' '), label, states };
  });
}
const plain = (items: ReturnType<typeof makeLabelled>) => items.map(({ text, label }) => ({ text, label }));
const accuracy = (items: readonly { label: number }[], of: (i: number) => readonly number[]) =>
  items.filter(({ label }, i) => mostLikely(of(i)) === label).length / items.length;

test('the accuracy on unseen texts equals that of the out-of-fold predictions', () => {
  const [learned, others] = [plain(makeLabelled(240, 1)), plain(makeLabelled(240, 2))];
  const { specialist, outOfFold } = fitSpecialist(learned, 3, rarityOf(learned.map(({ text }) => text)));
  const unseenAccuracy = accuracy(others, (i) => labelProbabilities(specialist, others[i] as (typeof others)[number]));
  const outOfFoldAccuracy = accuracy(learned, (i) => outOfFold[i] as number[]);
  assert.ok(unseenAccuracy > 0.75, `${unseenAccuracy}`);
  assert.ok(Math.abs(unseenAccuracy - outOfFoldAccuracy) < 0.1, `${unseenAccuracy} ${outOfFoldAccuracy}`);
  for (const each of outOfFold) assert.ok(Math.abs(each.reduce((sum, p) => sum + p, 0) - 1) < 1e-9);
});

test('hidden states help if words do not tell the label, and are optional', () => {
  const [learned, others] = [makeLabelled(240, 3), makeLabelled(240, 4)];
  const withStatesModel = fitSpecialist(learned, 3, rarityOf(learned.map(({ text }) => text))).specialist;
  const ngramModel = fitSpecialist(plain(learned), 3, rarityOf(learned.map(({ text }) => text))).specialist;
  const withStates = accuracy(others, (i) => labelProbabilities(withStatesModel, others[i] as (typeof others)[number]));
  const without = accuracy(others, (i) => labelProbabilities(ngramModel, { text: others[i]?.text as string }));
  assert.ok(withStates > without + 0.05, `${withStates} ${without}`);
  const alone = labelProbabilities(withStatesModel, { text: 'crash when the page opens' });
  assert.equal(mostLikely(alone), 0);
});

test('fits the same model from the same texts, and normalizes each part of a row', () => {
  const learned = plain(makeLabelled(90, 5));
  const fit = () => fitSpecialist(learned, 3, rarityOf(learned.map(({ text }) => text))).specialist;
  assert.deepEqual(fit().ngramHead.weights, fit().ngramHead.weights);
  const { values } = hashedRow('project: Add a button', rarityOf(['project: Add a button', 'other']));
  const square = values.reduce((sum, value) => sum + value * value, 0);
  assert.ok(Math.abs(square - 3) < 1e-4, `${square}`);
});
