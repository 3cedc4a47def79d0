// The local model of a task learns labels, is calibrated, and uses hidden states of a base.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uniforms } from '../../../src/common/statistics/random.ts';
import { hashedRow, rarityOf } from '../../../src/text-tasks/labels/hashed-grams.ts';
import { mostLikely } from '../../../src/text-tasks/labels/router.ts';
import { fitSpecialist, labelProbabilities, textStatisticsOf } from '../../../src/text-tasks/labels/text-specialist.ts';

const words = [
  ['crash', 'broken', 'error', 'fails'],
  ['wish', 'please', 'add', 'support'],
  ['typo', 'readme', 'guide', 'docs'],
];
const filler = ['the', 'when', 'page', 'button', 'list', 'user', 'with', 'opens'];

/** Texts with one word that tells the label; every fourth text has none. */
function makeTexts(count: number, seed: number) {
  const uniform = uniforms(seed);
  const pick = <T>(from: readonly T[]) => from[Math.floor(uniform() * from.length)] as T;
  return Array.from({ length: count }, (_, i) => {
    const label = i % 3;
    const word = i % 4 === 0 ? pick(filler) : pick(words[label] as string[]);
    const states = Float32Array.from({ length: 12 }, (_, j) => uniform() + (j === label ? 1 : 0));
    return { text: [pick(filler), word, pick(filler), pick(filler)].join(' '), label, states };
  });
}
const plain = (items: ReturnType<typeof makeTexts>) => items.map(({ text, label }) => ({ text, label }));
const accuracy = (items: readonly { label: number }[], of: (i: number) => readonly number[]) =>
  items.filter(({ label }, i) => mostLikely(of(i)) === label).length / items.length;

test('the accuracy on unseen texts equals that of the out-of-fold predictions', () => {
  const [learned, others] = [plain(makeTexts(240, 1)), plain(makeTexts(240, 2))];
  const { specialist, outOfFold } = fitSpecialist(learned, 3, textStatisticsOf(learned.map(({ text }) => text)));
  const unseenAccuracy = accuracy(others, (i) => labelProbabilities(specialist, others[i] as (typeof others)[number]));
  const outOfFoldAccuracy = accuracy(learned, (i) => outOfFold[i] as number[]);
  assert.ok(unseenAccuracy > 0.75, `${unseenAccuracy}`);
  assert.ok(Math.abs(unseenAccuracy - outOfFoldAccuracy) < 0.1, `${unseenAccuracy} ${outOfFoldAccuracy}`);
  for (const each of outOfFold) assert.ok(Math.abs(each.reduce((sum, p) => sum + p, 0) - 1) < 1e-9);
});

test('hidden states help if words do not tell the label, and are optional', () => {
  const [learned, others] = [makeTexts(240, 3), makeTexts(240, 4)];
  const statistics = textStatisticsOf(
    learned.map(({ text }) => text),
    learned.map(({ states }) => states),
  );
  const withStatesModel = fitSpecialist(learned, 3, statistics).specialist;
  const ngramModel = fitSpecialist(plain(learned), 3, textStatisticsOf(learned.map(({ text }) => text))).specialist;
  const withStates = accuracy(others, (i) => labelProbabilities(withStatesModel, others[i] as (typeof others)[number]));
  const without = accuracy(others, (i) => labelProbabilities(ngramModel, { text: others[i]?.text as string }));
  assert.ok(withStates > without + 0.05, `${withStates} ${without}`);
  const alone = labelProbabilities(withStatesModel, { text: 'crash when the page opens' });
  assert.equal(mostLikely(alone), 0);
});

test('fits the same model from the same texts, and normalizes each part of a row', () => {
  const learned = plain(makeTexts(90, 5));
  const fit = () => fitSpecialist(learned, 3, textStatisticsOf(learned.map(({ text }) => text))).specialist;
  assert.deepEqual(fit().ngramHead.weights, fit().ngramHead.weights);
  const { values } = hashedRow('project: Add a button', rarityOf(['project: Add a button', 'other']));
  const square = values.reduce((sum, value) => sum + value * value, 0);
  assert.ok(Math.abs(square - 3) < 1e-4, `${square}`);
});
