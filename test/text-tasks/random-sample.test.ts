// The random sample: which texts are asked about and held back, and the bound, which holds for the model that is
// served.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uniforms } from '../../src/common/statistics/random.ts';
import { riskAt } from '../../src/routing/local-or-large.ts';
import { addLabel, type KnownLabels } from '../../src/text-tasks/given-labels.ts';
import { keyOf } from '../../src/text-tasks/labels/extract.ts';
import { labelProbabilities } from '../../src/text-tasks/labels/text-specialist.ts';
import { learnLabels } from '../../src/text-tasks/learn.ts';
import { heldBack, openSample } from '../../src/text-tasks/random-sample.ts';
import { labelTask } from './support.ts';

const task = labelTask();
const textsOf = (count: number) => Array.from({ length: count }, (_, i) => `text ${i}`);
const dataOf = (unlabelled: readonly string[]) => ({ known: new Map<number, KnownLabels>(), texts: 0, unlabelled });

test('the order depends on the name of the task alone, and texts that people labelled come first', () => {
  const data = dataOf(textsOf(200));
  const order = openSample(task, data);
  assert.deepEqual(openSample(task, { ...data, unlabelled: [...data.unlabelled].reverse() }), order);
  assert.deepEqual([...order].sort(), [...data.unlabelled].sort());
  assert.notDeepEqual(openSample({ ...task, name: 'others' }, data), order);
  const early = order.slice(0, 50).filter((text) => data.unlabelled.indexOf(text) < 100);
  assert.ok(early.length > 12 && early.length < 38, `${early.length} of the first half`);
  addLabel(data.known, { text: 'by a person', label: 'bug', by: 'person' });
  assert.deepEqual(openSample(task, data).slice(0, 2), ['by a person', order[0]]);
  addLabel(data.known, { text: order[0] as string, label: 'bug', by: 'api', random: true });
  assert.deepEqual(openSample(task, data).slice(0, 2), ['by a person', order[1]]);
});

test('holds random texts back, and doubtful ones only where the random order has passed them', () => {
  const data = dataOf(textsOf(20));
  const order = openSample(task, data);
  const keys = (...places: readonly number[]) => new Set(places.map((place) => keyOf(order[place] as string)));
  const ask = (place: number, random: boolean) =>
    addLabel(data.known, { text: order[place] as string, label: 'bug', by: 'api', ...(random && { random }) });
  for (const place of [1, 9]) ask(place, false);
  assert.deepEqual(heldBack(task, data.known, 0.01).keys, keys());
  for (const place of [0, 2, 3]) ask(place, true);
  assert.deepEqual(heldBack(task, data.known, 0.01), { keys: keys(0, 1), judgedBy: 'api' });
});

test('holds as many texts back as use up the bound, and judges by people if they labelled more', () => {
  const countOf = (answered: number, loss: number, byPeople = 0) => {
    const { known } = dataOf([]);
    for (const text of textsOf(answered)) addLabel(known, { text, label: 'bug', by: 'api', random: true });
    for (const text of textsOf(answered + byPeople).slice(answered)) {
      addLabel(known, { text, label: 'bug', by: 'api' });
      addLabel(known, { text, label: 'wish', by: 'person' });
    }
    const { keys, judgedBy } = heldBack(task, known, loss);
    return [keys.size, judgedBy];
  };
  assert.deepEqual(countOf(300, 0.01), [99, 'api']);
  assert.deepEqual(countOf(400, 0.01), [199, 'api']);
  assert.deepEqual(countOf(300, 0.02), [149, 'api']);
  assert.deepEqual(countOf(150, 0.01), [75, 'api'], 'too few labels are left to learn from');
  assert.deepEqual(countOf(150, 0.01, 150), [99, 'api']);
  assert.deepEqual(countOf(60, 0.01), [30, 'api']);
  assert.deepEqual(countOf(60, 0.01, 5), [30, 'api']);
  assert.deepEqual(countOf(60, 0.01, 80), [40, 'person']);
});

test('texts on which forms were compared carry no bound, and are measured only where no others are', () => {
  const heldBackOf = (compared: number, others: number) => {
    const { known } = dataOf([]);
    for (let i = 0; i < compared + others; i++) {
      addLabel(known, { text: `text ${i}`, label: 'bug', by: 'person' });
      addLabel(known, { text: `text ${i}`, label: 'bug', by: 'api' });
      if (i < compared) addLabel(known, { text: `text ${i}`, label: 'bug', by: 'api', form: 'informed' });
    }
    const { keys } = heldBack(task, known, 0.01);
    return { count: keys.size, chosen: [...keys].some((key) => Object.keys(known.get(key)?.answers ?? {}).length > 1) };
  };
  assert.deepEqual(heldBackOf(100, 200), { count: 99, chosen: false });
  assert.deepEqual(heldBackOf(100, 90), { count: 95, chosen: true });
  assert.deepEqual(heldBackOf(300, 0), { count: 98, chosen: true }, 'too few for a bound of 1 %');
});

const judgedOf = (...lost: readonly number[]) =>
  lost.map((one, i) => ({ gain: i, specialistRight: 1 - one, apiRight: 1 }));

test('a bound of 0.02 needs 49 texts, loses as many as it allows, and treats equal texts alike', () => {
  const withoutLoss = (count: number) => judgedOf(...new Array<number>(count).fill(0));
  assert.equal(riskAt(withoutLoss(48), 0.02), undefined);
  assert.deepEqual(riskAt(withoutLoss(49), 0.02), { keepBelow: Infinity, localShare: 1, texts: 49, loss: 0.02 });
  // (lost + 1) / (99 + 1) <= 0.03: the third loss is at 29.
  const judged = judgedOf(...Array.from({ length: 99 }, (_, i) => (i % 10 === 9 ? 1 : 0)));
  assert.equal(riskAt(judged, 0.03)?.keepBelow, 29);
  const tied = judged.map((each, i) => ({ ...each, gain: i >= 20 && i < 40 ? 20 : i }));
  assert.deepEqual([riskAt(tied, 0.03)?.keepBelow, riskAt(tied, 0.03)?.localShare], [20, 20 / 99]);
});

test('on texts that were never seen, the bound holds on average for the model and router that are served', () => {
  const [loss, runs, hidden] = [0.05, 30, 300];
  let [lost, local] = [0, 0];
  for (let seed = 1; seed <= runs; seed++) {
    const uniform = uniforms(seed);
    /** Of every third text, no word tells the label. */
    const draw = (i: number) => {
      const label = uniform() < 0.5 ? 'bug' : 'wish';
      const word = i % 3 === 0 ? 'page' : label === 'bug' ? 'crash' : 'please';
      return { text: `${word} ${Math.floor(uniform() * 1e6)} ${seed}`, label };
    };
    const { known } = dataOf([]);
    for (let i = 0; i < 80; i++) addLabel(known, { ...draw(i), by: 'api', random: true });
    const { specialist, router, risk, judged } = learnLabels(task, { known, texts: 80, unlabelled: [] }, { loss });
    assert.equal(judged.length, 39);
    for (let i = 0; i < hidden; i++) {
      const { text, label } = draw(i);
      const probabilities = labelProbabilities(specialist, { text });
      const { before, after } = router.estimatesFor({ id: '', text, probabilities });
      if (risk === undefined || after - before >= risk.keepBelow) continue;
      local += 1;
      lost += Number(task.labels[(probabilities[0] as number) >= 0.5 ? 0 : 1]?.name !== label);
    }
  }
  assert.ok(local > 0.2 * runs * hidden, `${local} stay local`);
  assert.ok(lost <= loss * runs * hidden, `${lost} of ${runs * hidden} are lost`);
});
