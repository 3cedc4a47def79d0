// Which texts the large model is asked about: a random share first, then doubtful ones; and what more would bring.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LabelTask } from '../../src/prompts/label/task.ts';
import { BATCH, RANDOM_FIRST, TextChooser } from '../../src/text-tasks/choose-texts.ts';
import { addLabel, type KnownLabels } from '../../src/text-tasks/given-labels.ts';
import { keyOf } from '../../src/text-tasks/labels/extract.ts';
import { expectedGain, measureCurve } from '../../src/text-tasks/labels/learning-curve.ts';
import { randomlyAsked, type TaskData } from '../../src/text-tasks/learn-task.ts';

const task: LabelTask = {
  name: 'issues',
  instruction: 'Sort them.',
  labels: [
    { name: 'bug', meaning: 'Broken.' },
    { name: 'wish', meaning: 'Missing.' },
  ],
  source: { kind: 'lines', path: 'issues.txt' },
};

/** Of every fourth text both words are there, so that the model doubts. */
function textsOf(count: number): string[] {
  const words = ['crash', 'please', 'crash', 'please crash'];
  const texts = Array.from({ length: count }, (_, i) => `${words[i % 4]} on page ${i}`);
  return texts.sort((a, b) => keyOf(a) - keyOf(b));
}
const isHard = (text: string) => text.startsWith('please crash');
/** Nobody can tell the label of a hard text from its words. */
const labelOf = (text: string) => ((isHard(text) ? keyOf(text) % 2 === 0 : text.startsWith('crash')) ? 'bug' : 'wish');

function ask(taskData: TaskData, chooser: TextChooser, count: number) {
  const batch = chooser.next(count);
  for (const { text, isRandom } of batch)
    addLabel(taskData.known, { text, label: labelOf(text), by: 'api', ...(isRandom && { random: true }) });
  return batch;
}

test('asks in random order first, then mainly about doubtful texts, and about none twice', () => {
  const unlabelled = textsOf(400);
  const taskData: TaskData = { known: new Map<number, KnownLabels>(), texts: 400, unlabelled };
  const chooser = new TextChooser(task, taskData);
  const first = Array.from({ length: RANDOM_FIRST / BATCH }, () => ask(taskData, chooser, BATCH)).flat();
  assert.ok(first.every(({ isRandom }) => isRandom));
  assert.deepEqual(new Set(first.map(({ text }) => text)), new Set(unlabelled.slice(0, RANDOM_FIRST)));
  const later = [1, 2, 3].flatMap(() => ask(taskData, chooser, BATCH));
  assert.equal(later.filter(({ isRandom }) => isRandom).length, 9);
  const chosen = later.filter(({ isRandom }) => !isRandom);
  assert.ok(chosen.filter(({ text }) => isHard(text)).length > 0.8 * chosen.length);
  assert.equal(new Set([...first, ...later].map(({ text }) => text)).size, RANDOM_FIRST + 30);
  assert.equal(chooser.open.length, 400 - RANDOM_FIRST - 30);
  let asked = RANDOM_FIRST + 30;
  for (let batch = ask(taskData, chooser, 50); batch.length > 0; batch = ask(taskData, chooser, 50))
    asked += batch.length;
  assert.equal(asked, 400);
});

test('counts a chosen text as random when the random order has passed it', () => {
  const known = new Map<number, KnownLabels>();
  const [a = '', b = '', c = '', d = ''] = textsOf(4);
  addLabel(known, { text: b, label: 'bug', by: 'api' });
  const isRandom = (text: string) => randomlyAsked(known)(keyOf(text));
  assert.deepEqual([a, b, c, d].map(isRandom), [false, false, false, false]);
  addLabel(known, { text: c, label: 'bug', by: 'api', random: true });
  addLabel(known, { text: d, label: 'bug', by: 'api' });
  assert.deepEqual([a, b, c, d].map(isRandom), [false, true, true, false]);
});

test('takes texts that people labelled as the random ones', () => {
  const unlabelled = textsOf(200);
  const known = new Map<number, KnownLabels>();
  for (const text of textsOf(600)
    .filter((text) => !unlabelled.includes(text))
    .slice(0, 150))
    addLabel(known, { text, label: labelOf(text), by: 'person' });
  const taskData: TaskData = { known, texts: 350, unlabelled };
  const chooser = new TextChooser(task, taskData);
  const first = ask(taskData, chooser, RANDOM_FIRST);
  assert.ok(first.every(({ text, isRandom }) => known.get(keyOf(text))?.person !== undefined && !isRandom));
  const later = ask(taskData, chooser, BATCH);
  assert.equal(later.filter(({ text }) => known.get(keyOf(text))?.person !== undefined).length, 3);
});

test('expects a gain from labels that teach, and none where the model makes no errors', () => {
  const curve = { few: { labels: 25, error: 0.4 }, many: { labels: 75, error: 0.4 / Math.sqrt(3) }, exponent: 0.5 };
  // The error falls with the square root: from 0.2 at 100 labels to 0.1 at 400.
  assert.ok(Math.abs(expectedGain(curve, 100, 300) - 0.1) < 1e-9);
  assert.ok(expectedGain(curve, 100, 10) > expectedGain(curve, 200, 10));
  assert.equal(expectedGain({ ...curve, exponent: -0.1 }, 100, 10), 0);
  assert.equal(expectedGain({ ...curve, many: { labels: 75, error: 0 } }, 100, 10), 0);
});

test('the exponent is near the usual one for few texts, and near the measured one for many', () => {
  // Of every hundred texts, 40 are wrong with few labels, and half of those with three times as many.
  const exponentOf = (count: number) =>
    measureCurve(
      Array.from({ length: count }, (_, i) => i),
      () => true,
      (training) => (item) => Number(item % 100 < (training.length > count / 2 ? 20 : 40)),
    )?.exponent as number;
  const measured = Math.log(2) / Math.log(3);
  assert.ok(Math.abs(exponentOf(20_000) - measured) < 0.02, `${exponentOf(20_000)}`);
  assert.ok(exponentOf(100) > 0.25 && exponentOf(100) < measured - 0.1, `${exponentOf(100)}`);
});

test('measures the curve on judged items alone, by models that have not seen them', () => {
  const items = Array.from({ length: 40 }, (_, i) => i);
  const judged: number[] = [];
  const curve = measureCurve(
    items,
    (item) => item % 2 === 0,
    (training) => (item) => {
      assert.ok(!training.includes(item));
      judged.push(item);
      return training.length / 40;
    },
  );
  const { exponent: _, ...points } = curve ?? assert.fail('no curve');
  assert.deepEqual(points, { few: { labels: 10, error: 0.25 }, many: { labels: 30, error: 0.75 } });
  assert.deepEqual(
    [...judged].sort((a, b) => a - b),
    items.filter((i) => i % 2 === 0).flatMap((i) => [i, i]),
  );
  assert.equal(
    measureCurve(
      items,
      () => false,
      () => () => 1,
    ),
    undefined,
  );
});
