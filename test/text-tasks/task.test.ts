// Whole runs of a text task: confirmed costs, cancelling, resuming without repeated requests, and corrections.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import type { ProgressUpdate } from '../../src/common/progress.ts';
import type { ReadStates } from '../../src/text-tasks/deep-reading.ts';
import { appendLabel, readAnswers } from '../../src/text-tasks/given-labels.ts';
import type { TextSpending } from '../../src/text-tasks/large-model-calls.ts';
import { readResults } from '../../src/text-tasks/results-table.ts';
import type { TaskRunDeps } from '../../src/text-tasks/task.ts';
import { parseReport } from '../../src/text-tasks/task-report.ts';
import { collect, confirming, fakeTaskLlm, TaskTree, userOf } from './support.ts';

const usd = 0.002;
const kinds = ['bug', 'wish'] as const;
/** The true label of a text. */
const truthOf = (text: string) => (/crash|error|broken/.test(text) ? 'bug' : 'wish');
/** The large model's label. It takes every wish about menus for a bug. */
const llmLabelOf = (text: string) => {
  const label = /menu/.test(text) ? 'bug' : truthOf(text);
  // Every seventh answer is wrong for no reason.
  return Number(/\d+/.exec(text)?.[0]) % 7 === 0 ? (label === 'bug' ? 'wish' : 'bug') : label;
};

function makeFolder(count: number, labelled: number): TaskTree {
  const words = { bug: ['crash', 'error', 'broken'], wish: ['please', 'support', 'add'] } as const;
  const rows = Array.from({ length: count }, (_, i) => {
    const kind = kinds[i % 2] as (typeof kinds)[number];
    const text = `${words[kind][i % 3]} in the ${['list', 'page', 'menu', 'form'][i % 4]} number ${i}`;
    return `${text},${i < labelled ? kind : ''}\n`;
  });
  const tree = new TaskTree({ 'issues.csv': `title,kind\n${rows.join('')}` });
  tree.task('issues', { source: { kind: 'csv', path: 'issues.csv', text: 'title', label: 'kind' } });
  return tree;
}

/** @param labelOf of a text and its whole prompt */
function llm(
  onAsk: (count: number) => void = () => {},
  labelOf: (text: string, prompt: string) => string = llmLabelOf,
) {
  const asked: string[] = [];
  const answering = fakeTaskLlm((prompt, count) => {
    const text = /<text>([^<]*)<\/text>/.exec(userOf(prompt))?.[1] ?? '';
    asked.push(text);
    onAsk(count);
    return labelOf(text, userOf(prompt));
  }, usd);
  return { asked, ...answering };
}

async function run(
  tree: TaskTree,
  asks: ReturnType<typeof llm> | undefined,
  deps: Partial<TaskRunDeps> = {},
  wanted?: (spending: TextSpending) => boolean,
) {
  const { confirmed, confirm } = confirming(wanted);
  const stages = new Set<string>();
  const progress = ({ stage, done, total }: ProgressUpdate) => {
    assert.ok(total === undefined || done <= total, `${stage}: ${done} of ${total}`);
    stages.add(stage);
  };
  return { confirmed, report: await tree.run('issues', { llm: asks, confirm, progress, ...deps }, 220), stages };
}

test('asks for no more labels than there are texts', async () => {
  const error = { code: 'nothing-to-learn', message: /^6 texts of 'issues' have a label\. Label 7 more,/ };
  await assert.rejects(run(makeFolder(13, 6), undefined), error);
});

for (const [stage, stopsAt] of [
  ['while it learns', ({ stage }: ProgressUpdate) => stage === 'Learning'],
  ['at the texts in doubt', ({ stage, done }: ProgressUpdate) => stage.endsWith('the doubtful texts') && done === 5],
  ['while it labels', ({ stage }: ProgressUpdate) => stage === 'Looking for doubtful texts'],
] as const)
  test(`a run that is cancelled ${stage} pays for no text twice`, async () => {
    const tree = makeFolder(1400, 0);
    const controller = new AbortController();
    const first = llm();
    const progress = (update: ProgressUpdate) => stopsAt(update) && controller.abort();
    await assert.rejects(run(tree, first, { signal: controller.signal, progress }));
    const { task, reader } = await tree.open('issues');
    const paid = new Set([...(await readAnswers(task, reader)).values()].map(({ text }) => text));
    assert.ok(paid.size >= 220, `${paid.size} answers were kept`);
    const second = llm();
    const { report } = await run(tree, second);
    assert.deepEqual(
      second.asked.filter((text) => paid.has(text)),
      [],
    );
    assert.equal(report.byApi, paid.size + second.asked.length);
    assert.equal(tree.read(report.path).trimEnd().split('\n').length, 1401);
  });

test('resumes a cancelled run without repeated requests, at the confirmed cost', async () => {
  const tree = makeFolder(400, 0);
  const controller = new AbortController();
  const first = llm((count) => {
    if (count === 25) controller.abort();
  });
  await assert.rejects(run(tree, first, { signal: controller.signal }));
  assert.ok(!existsSync(tree.at('issues.labels.csv')));
  const { task, reader } = await tree.open('issues');
  const kept = (await readAnswers(task, reader)).size;
  assert.ok(kept >= 20 && kept <= 25, `${kept} answers were kept`);
  const second = llm();
  const { confirmed, report } = await run(tree, second);
  const twice = second.asked.filter((text, i) => second.asked.indexOf(text) !== i);
  assert.deepEqual(twice, []);
  const actual = confirmed.map(({ what }) => what);
  assert.deepEqual(actual, ['sample', 'rest']);
  assert.ok((confirmed.at(-1)?.seconds ?? -1) >= 0, 'the sample has shown how long an answer takes');
  assert.equal(confirmed[0]?.texts, 220 - kept);
  const total = confirmed.reduce((sum, { texts }) => sum + texts, 0);
  assert.equal(second.asked.length, total);
  for (const { texts, usd: price } of confirmed) assert.ok(Math.abs(price - texts * usd) < 1e-9);
  assert.ok(Math.abs(report.runUsd - total * usd) < 1e-9);
  assert.ok(Math.abs(report.soFarUsd - (total + kept) * usd) < 1e-9);
  assert.deepEqual(
    { texts: report.texts, byApi: report.byApi, model: report.model, judgedBy: report.judgedBy },
    { texts: 400, byApi: kept + total, model: 'm', judgedBy: 'api' },
  );
  assert.deepEqual(parseReport(JSON.stringify(report)), report);
  const third = llm();
  const again = await run(tree, third);
  assert.ok(again.confirmed.every(({ what }) => what !== 'sample'));
  // Texts that come into doubt with the new answers, and none that was asked about.
  const answered = new Set([...first.asked.slice(0, kept), ...second.asked]);
  assert.ok(third.asked.length < 20 && third.asked.every((text) => !answered.has(text)), `${third.asked.length}`);
});

test('a finished task asks about as many more random texts as wanted, and sets its limit on held-back ones', async () => {
  const tree = makeFolder(500, 0);
  const sample = ({ what }: TextSpending) => what === 'sample';
  const first = llm();
  const { report } = await run(tree, first, {}, sample);
  assert.deepEqual([first.asked.length, report.judgedOn, report.loss], [220, 99, 0.01]);
  const again = llm();
  const second = await run(tree, again, {}, sample);
  assert.deepEqual([again.asked.length, second.confirmed.some(sample)], [0, false]);
  const third = llm();
  const { confirmed } = await run(tree, third, { more: 30 }, sample);
  assert.deepEqual([confirmed[0]?.texts, third.asked.length], [30, 30]);
  assert.ok(third.asked.every((text) => !first.asked.includes(text)));
  const declined = await run(tree, llm(), { more: 30 }, ({ what }) => what === 'rest');
  const actual = declined.confirmed.map(({ what }) => what);
  assert.deepEqual(actual, ['sample', 'rest'], 'the texts in doubt are offered if more random ones are declined');
});

test('measures accuracy on the labels of people if there are any', async () => {
  const { report } = await run(makeFolder(600, 300), llm());
  assert.equal(report.judgedBy, 'person');
  assert.ok(report.judgedOn >= 30, `${report.judgedOn}`);
  assert.deepEqual([report.curve[0]?.share, report.curve.at(-1)?.share], [0, 1]);
  assert.ok((report.curve[0]?.right ?? 0) > 0.9, 'accuracy of the local model');
  assert.equal(report.byPerson, 300);
});

test('asks in the form that makes more answers right, after it compared the forms on labels of people', async () => {
  const tree = makeFolder(600, 300);
  const prompts: string[] = [];
  const asks = llm(undefined, (text, prompt) => {
    prompts.push(prompt);
    return prompt.includes('Small model:') ? truthOf(text) : llmLabelOf(text);
  });
  const { report, confirmed } = await run(tree, asks);
  assert.ok(report.shown?.form === 'brief' || report.shown?.form === 'informed', report.shown?.form);
  assert.ok((report.shown?.low ?? 0) > 0 && report.shown?.first !== undefined, `${report.shown?.low}`);
  assert.equal(new Set(prompts).size, prompts.length);
  const bare = prompts.filter((text) => text.startsWith('<text>')).length;
  assert.ok(bare >= 20 && bare <= 100, `${bare} bare prompts`);
  assert.deepEqual(parseReport(JSON.stringify(report)), report);
  assert.ok((confirmed[0]?.usd ?? 0) >= usd * asks.asked.length - 1e-9, 'the price of comparing is in the question');
  const again = llm();
  await run(tree, again);
  assert.equal(again.asked.length, 0);
});

test('uses a correction at once, and trains on it in the next run', async () => {
  const tree = makeFolder(200, 100);
  const { report } = await run(tree, undefined);
  assert.deepEqual([report.byApi, report.runUsd, report.restUsd], [0, 0, undefined]);
  const { task, reader } = await tree.open('issues');
  const rows = async () => collect(readResults(reader, report.path, task, await readAnswers(task, reader)));
  const earlierRows = await rows();
  assert.equal(earlierRows.length, 200);
  const row = earlierRows.find(({ by }) => by === 'specialist');
  assert.ok(row);
  const other = row.label === 'bug' ? 'wish' : 'bug';
  appendLabel(tree.root, 'issues', { text: row.text, label: other, by: 'person' });
  const corrected = (await rows()).find(({ text }) => text === row.text);
  assert.deepEqual(corrected, { text: row.text, label: other, by: 'person', confidence: 1, inDoubt: false });
  assert.equal((await run(tree, undefined)).report.byPerson, 101);
  assert.match(tree.read(report.path), new RegExp(`${row.text},,${other},person`));
});

test('reads each doubtful text once with the base after the user accepts the time', async () => {
  const tree = makeFolder(700, 300);
  // Only the hidden states differ between the labels.
  const isBug = (text: string) => ((Math.imul(Number(/\d+/.exec(text)?.[0]), 0x9e3779b1) >>> 15) & 1) === 0;
  const table = Array.from({ length: 700 }, (_, i) => {
    const text = `something number ${i}`;
    return `${text},${i < 300 ? (isBug(text) ? 'bug' : 'wish') : ''}\n`;
  });
  tree.write({ 'issues.csv': `title,kind\n${table.join('')}` });
  const read: string[] = [];
  const readStates: ReadStates = async (texts) => {
    read.push(...texts);
    return texts.map((text, i) => Float32Array.of(isBug(text) ? 1 : -1, (i % 7) / 7, 0.5));
  };
  const asks = llm(undefined, (text) => (isBug(text) ? 'bug' : 'wish'));
  const only =
    (...kinds: TextSpending['what'][]) =>
    ({ what }: TextSpending) =>
      kinds.includes(what);
  const without = await run(tree, asks, { readStates }, only('sample'));
  const statesQuestion = without.confirmed.find(({ what }) => what === 'states');
  assert.ok(
    statesQuestion && statesQuestion.seconds !== undefined && statesQuestion.texts > 300 && statesQuestion.usd === 0,
  );
  assert.ok(without.report.inDoubt > 200, `${without.report.inDoubt} in doubt without it`);
  read.length = 0;
  const { report, stages } = await run(tree, asks, { readStates }, only('sample', 'states'));
  for (const from of ['words and characters', 'hidden states of the base'])
    assert.ok(stages.has(`Learning from ${from}`), [...stages].join(', '));
  assert.equal(report.inDoubt, 0);
  assert.equal(new Set(read).size, read.length, 'nothing is read twice');
  const rows = tree.read(report.path).trimEnd().split('\n').slice(1);
  const wrong = rows.filter((row) => !row.includes(isBug(row) ? ',bug,' : ',wish,'));
  assert.ok(wrong.length < 7, `${wrong.length} are wrong`);
});
