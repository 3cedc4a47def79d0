// Texts for labelling: their order, what the local model says of them, labels that are withdrawn, and runs that have
// too little to learn from.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { unwrap } from '../../src/common/errors.ts';
import { uniforms } from '../../src/common/statistics/random.ts';
import { type CrossValidated, expectedAccuracy } from '../../src/text-tasks/expected-accuracy.ts';
import { appendLabel, storeCorrection } from '../../src/text-tasks/given-labels.ts';
import { type LabellingRow, readLabelling } from '../../src/text-tasks/labelling.ts';
import { keyOf } from '../../src/text-tasks/labels/extract.ts';
import { placeOf } from '../../src/text-tasks/random-sample.ts';
import { parseTask } from '../../src/text-tasks/task-file.ts';
import { labelsOf, TaskTree } from './support.ts';

const tree = new TaskTree();
const { root } = tree;
const signal = new AbortController().signal;
const words = { bug: ['crash', 'error', 'broken'], wish: ['please', 'support', 'add'] } as const;
const truthOf = (text: string) => (/crash|error|broken/.test(text) ? 'bug' : 'wish');

/** A task of sixty lines. @param labels also other labels than those of the texts */
function makeTask(name: string, labels: readonly string[] = ['wish', 'bug'], output: object = {}): void {
  const lines = Array.from({ length: 60 }, (_, i) => {
    const kind = i < 30 ? 'bug' : 'wish';
    return `${words[kind][i % 3]} in the ${['list', 'page', 'menu', 'form'][i % 4]} number ${i}`;
  });
  tree.write({ 'lines.txt': lines.join('\n') });
  const answered = 'output' in output ? output : { labels: labelsOf(...labels) };
  tree.task(name, { source: { kind: 'lines', path: 'lines.txt' }, ...answered });
}

const read = async (name: string) => readLabelling(await tree.open(name), signal);
const give = (name: string, rows: readonly LabellingRow[]) => {
  for (const { text } of rows) appendLabel(root, name, { text, label: truthOf(text), by: 'person' });
};
const run = (name: string, acceptsFew = false) => tree.run(name, { acceptsFew });

test('shows all texts in a random order that labels do not change, and answers from twenty labels on', async () => {
  makeTask('order');
  const first = await read('order');
  assert.deepEqual([first.rows.length, first.texts, first.labelled, first.expected], [60, 60, 0, undefined]);
  const kinds = first.rows.slice(0, 20).map(({ text }) => truthOf(text));
  assert.equal(new Set(kinds).size, 2, 'the file is sorted by kind, the rows are not');
  assert.ok(first.rows.every(({ source, label }) => source === '' && label === ''));
  give('order', first.rows.slice(0, 19));
  const few = await read('order');
  assert.deepEqual([few.labelled, few.expected], [19, undefined]);
  assert.ok(few.rows.slice(19).every(({ source }) => source === ''));
  give('order', first.rows.slice(19, 24));
  const { rows, expected } = await read('order');
  const actual = rows.map(({ text }) => text);
  assert.deepEqual(
    actual,
    first.rows.map(({ text }) => text),
  );
  const local = rows.filter(({ source }) => source === 'specialist');
  assert.equal(local.length, 36);
  assert.ok(local.every(({ confidence = 0, likely }) => confidence > 0 && confidence < 1 && likely.length === 2));
  const right = local.filter(({ text, label }) => label === truthOf(text)).length / local.length;
  assert.ok(expected && expected.labelled === 24 && expected.others === 36);
  assert.ok(right >= expected.low && right <= expected.high, `${right} is not in ${JSON.stringify(expected)}`);
});

test('a label that is withdrawn no longer counts, and a label that the task has lost withdraws nothing', async () => {
  makeTask('undo');
  const { rows } = await read('undo');
  give('undo', rows.slice(0, 2));
  appendLabel(root, 'undo', { text: rows[0]?.text ?? '', label: 'gone', by: 'person' });
  const withdraw = { text: rows[1]?.text ?? '', answer: '' };
  assert.equal(unwrap(await storeCorrection(root, 'undo', withdraw, async () => undefined)), '');
  const after = await read('undo');
  assert.equal(after.labelled, 1);
  const sources = after.rows.slice(0, 2).map(({ source }) => source);
  assert.deepEqual(sources, ['person', '']);
});

test('a run with too few labels says what is missing and what to expect, and writes nothing', async () => {
  makeTask('few', ['wish', 'bug', 'other']);
  const { rows } = await read('few');
  give('few', rows.slice(0, 12));
  const failureOf = async () => run('few').catch((error: Error & { code?: string }) => error);
  const tooFew = await failureOf();
  assert.ok(tooFew instanceof Error && /^12 texts of 'few' have a label\. Label 8 more/.test(tooFew.message));
  // Labels without a pattern: the local model is right by chance.
  rows.slice(12, 24).forEach(({ text }, i) => {
    appendLabel(root, 'few', { text, label: ['wish', 'bug', 'other'][i % 3] ?? '', by: 'person' });
  });
  const unsure = await failureOf();
  assert.ok(unsure instanceof Error);
  assert.match(
    unsure.message,
    /^24 texts of 'few' have a label\. The local model is expected to get about \d+% of the other 36 right \(\d+ to \d+%, by cross-validation\)\. Label 16 more/,
  );
  assert.ok(!existsSync(tree.at('few.labels.csv')));
  const report = await run('few', true);
  assert.deepEqual([report.byPerson, report.expected?.labelled], [24, 24]);
});

test('a run over fewer texts than the local model needs exports their labels', async () => {
  makeTask('all');
  const texts = ['crash in the list', 'please add a page'];
  tree.write({ 'lines.txt': texts.join('\n') });
  for (const text of texts) appendLabel(root, 'all', { text, label: truthOf(text), by: 'person' });
  const { byPerson, inDoubt, expected } = await run('all');
  assert.deepEqual([byPerson, inDoubt, expected], [2, 0, undefined]);
});

test('text answers get local drafts from twenty answers on', async () => {
  makeTask('notes', [], { output: 'text', maximumLength: 100 });
  const { rows } = await read('notes');
  for (const { text } of rows.slice(0, 20)) appendLabel(root, 'notes', { text, label: `Now: ${text}`, by: 'person' });
  const after = await read('notes');
  assert.ok(after.rows.slice(20).every(({ label, source }) => source === 'specialist' && label.startsWith('Now: ')));
  assert.ok(after.expected && after.expected.right > 0.5);
});

test('the likeliest of five labels is at least as sure as one in five, however few labels are right', async () => {
  const labels = ['a', 'b', 'c', 'd', 'e'];
  makeTask('five', labels);
  const first = (await read('five')).rows;
  first.slice(0, 30).forEach(({ text }, i) => {
    appendLabel(root, 'five', { text, label: labels[i % 4 === 0 ? 0 : i % 5] as string, by: 'person' });
  });
  const confidences = (await read('five')).rows.flatMap(({ source, confidence = 0 }) =>
    source === 'specialist' ? [confidence] : [],
  );
  assert.equal(confidences.length, 30);
  assert.ok(Math.min(...confidences) >= 0.2, `${Math.min(...confidences)}`);
});

/** An expectation from labels and whether the model is right; the others are `others` texts. */
function expectedOf(scores: readonly CrossValidated[], others: number, isRandom: boolean, labels = ['a', 'b', 'c']) {
  const source = { kind: 'lines', path: 'l' };
  const task = unwrap(parseTask('t', JSON.stringify({ instruction: 'i', labels: labelsOf(...labels), source })));
  // In the random order the labelled texts come first, or at random places.
  const texts = Array.from({ length: scores.length + others }, (_, i) => `text ${i}`);
  if (isRandom) texts.sort((a, b) => placeOf(task, a) - placeOf(task, b));
  const known = new Map(texts.slice(0, scores.length).map((text) => [keyOf(text), { text, person: 'a' }]));
  return expectedAccuracy(task, {
    ...{ crossValidated: scores, texts: texts.length, known },
    unlabelled: texts.slice(scores.length),
  });
}

test('the interval is wide for few labels, few other texts and labelled texts that are no random choice', () => {
  const scores = Array.from({ length: 40 }, (_, i) => ({ label: i % 3, right: Number(i % 4 !== 0) }));
  const widthFor = (others: number, some = scores, isRandom = true) => {
    const { right = 0, low = 0, high = 0 } = expectedOf(some, others, isRandom) ?? {};
    assert.ok(low < right && right < high && low >= 0 && high <= 1);
    return high - low;
  };
  assert.ok(widthFor(20) > widthFor(600));
  assert.ok(widthFor(600, scores.slice(0, 20)) > widthFor(600));
  const skewed = scores.map((each, i) => ({ ...each, label: i < 3 ? 2 : i % 2 }));
  assert.ok(widthFor(600, skewed, false) > widthFor(600, skewed) + 0.1);
  for (const right of [0, 1])
    for (const isRandom of [true, false]) {
      const all = scores.map((each) => ({ ...each, right }));
      const { low = -1, high = -1, right: about = -1 } = expectedOf(all, 210, isRandom) ?? {};
      assert.ok(low >= 0 && low <= right && right <= high && high <= 1, `${low} to ${high}`);
      assert.ok(high - low > 0.05, '40 of 40 are not all');
      assert.ok(Math.abs(about - right) < 0.1);
    }
  assert.equal(expectedOf(scores.slice(0, 19), 40, true), undefined);
});

test('the interval holds what is right in 95 of 100 samples, also where a label is rare in the sample alone', () => {
  const uniform = uniforms(5);
  const draw = (shares: readonly number[]) => {
    let left = uniform();
    const label = shares.findIndex((share) => {
      left -= share;
      return left < 0;
    });
    return Math.max(0, label);
  };
  const accuracies = [0.9, 0.8, 0.4];
  for (const [isRandom, shares] of [
    [true, [0.4, 0.3, 0.3]],
    [false, [0.55, 0.37, 0.08]],
  ] as const) {
    let held = 0;
    for (let i = 0; i < 60; i++) {
      const scores = Array.from({ length: 39 }, () => {
        const label = draw(shares);
        return { label, right: Number(uniform() < (accuracies[label] as number)) };
      });
      const right = 0.4 * 0.9 + 0.3 * 0.8 + 0.3 * 0.4;
      const { low = 1, high = 0 } = expectedOf(scores, 600, isRandom) ?? {};
      held += Number(low <= right && right <= high);
    }
    assert.ok(held >= 56, `${isRandom}: ${held} of 60`);
  }
});
