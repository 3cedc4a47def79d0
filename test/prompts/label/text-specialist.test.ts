// The specialist learns a folder's labels, says honestly how sure it is, and a base's states help where words do not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uniforms } from '../../../src/common/statistics/random.ts';
import { hashedRow, rarityOf } from '../../../src/text-tasks/labels/hashed-grams.ts';
import { bestOf } from '../../../src/text-tasks/labels/router.ts';
import { chooseSample } from '../../../src/text-tasks/labels/sample.ts';
import { fitSpecialist, groundOf, labelProbabilities } from '../../../src/text-tasks/labels/text-specialist.ts';

const words = [
  ['crash', 'broken', 'error', 'fails'],
  ['wish', 'please', 'add', 'support'],
  ['typo', 'readme', 'guide', 'docs'],
];
const filler = ['the', 'when', 'page', 'button', 'list', 'user', 'with', 'opens'];

/** Texts with one telling word in a sentence of others, or none at all in every fourth. */
function made(count: number, seed: number) {
  const uniform = uniforms(seed);
  const pick = <T>(from: readonly T[]) => from[Math.floor(uniform() * from.length)] as T;
  return Array.from({ length: count }, (_, i) => {
    const label = i % 3;
    const telling = i % 4 === 0 ? pick(filler) : pick(words[label] as string[]);
    const states = Float32Array.from({ length: 12 }, (_, j) => uniform() + (j === label ? 1 : 0));
    return { text: [pick(filler), telling, pick(filler), pick(filler)].join(' '), label, states };
  });
}
const plain = (items: ReturnType<typeof made>) => items.map(({ text, label }) => ({ text, label }));
const accuracy = (items: readonly { label: number }[], of: (i: number) => readonly number[]) =>
  items.filter(({ label }, i) => bestOf(of(i)) === label).length / items.length;

test('it labels texts that it has not seen, and its held-out probabilities are as good as it really is', () => {
  const [learned, others] = [plain(made(240, 1)), plain(made(240, 2))];
  const { specialist, outOfFold } = fitSpecialist(learned, 3, groundOf(learned.map(({ text }) => text)));
  const reached = accuracy(others, (i) => labelProbabilities(specialist, others[i] as (typeof others)[number]));
  const promised = accuracy(learned, (i) => outOfFold[i] as number[]);
  assert.ok(reached > 0.75, `${reached}`);
  assert.ok(Math.abs(reached - promised) < 0.1, `${reached} ${promised}`);
  for (const each of outOfFold) assert.ok(Math.abs(each.reduce((sum, p) => sum + p, 0) - 1) < 1e-9);
});

test('hidden states help where words say nothing, and a text without them is still answered', () => {
  const [learned, others] = [made(240, 3), made(240, 4)];
  const ground = groundOf(
    learned.map(({ text }) => text),
    learned.map(({ states }) => states),
  );
  const deep = fitSpecialist(learned, 3, ground).specialist;
  const cheap = fitSpecialist(plain(learned), 3, groundOf(learned.map(({ text }) => text))).specialist;
  const withStates = accuracy(others, (i) => labelProbabilities(deep, others[i] as (typeof others)[number]));
  const without = accuracy(others, (i) => labelProbabilities(cheap, { text: others[i]?.text as string }));
  assert.ok(withStates > without + 0.05, `${withStates} ${without}`);
  const alone = labelProbabilities(deep, { text: 'crash when the page opens' });
  assert.equal(bestOf(alone), 0);
});

test('the same texts give the same specialist, and a row of features has a length of one for each part', () => {
  const learned = plain(made(90, 5));
  const fit = () => fitSpecialist(learned, 3, groundOf(learned.map(({ text }) => text))).specialist;
  assert.deepEqual(fit().cheap.weights, fit().cheap.weights);
  const { values } = hashedRow('project: Add a button', rarityOf(['project: Add a button', 'other']));
  const square = values.reduce((sum, value) => sum + value * value, 0);
  assert.ok(Math.abs(square - 3) < 1e-4, `${square}`);
});

test('a sample is diverse: one of each kind before two of any, and none like what is labelled', () => {
  const kinds = ['alpha beta gamma', 'delta epsilon zeta', 'theta iota kappa', 'lambda sigma omega'];
  const texts = kinds.flatMap((kind) => Array.from({ length: 10 }, (_, i) => `${kind} ${kind} ${i}`));
  const rarity = rarityOf(texts);
  const chosen = chooseSample(texts, { count: 4, rarity, labelled: [] });
  assert.deepEqual(new Set(chosen.map((i) => Math.floor(i / 10))), new Set([0, 1, 2, 3]));
  const rest = chooseSample(texts, { count: 3, rarity, labelled: [texts[5] as string] });
  assert.deepEqual(new Set(rest.map((i) => Math.floor(i / 10))), new Set([1, 2, 3]));
});

test('of texts that differ alike the doubtful ones come first', () => {
  const texts = ['red red', 'blue blue', 'green green', 'white white'];
  const sureness = (text: string) => (text.startsWith('green') ? 0.1 : 0.95);
  assert.equal(chooseSample(texts, { count: 1, rarity: rarityOf(texts), labelled: [], sureness })[0], 2);
});
