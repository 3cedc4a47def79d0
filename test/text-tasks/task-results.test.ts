// The results of a run in words and as a picture.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inLines } from '../../src/common/chart.ts';
import { shareInterval } from '../../src/common/statistics/bootstrap.ts';
import type { Judged } from '../../src/routing/local-or-large.ts';
import { measureTask, parseReport } from '../../src/text-tasks/task-report.ts';
import { resultsOf } from '../../src/text-tasks/task-results.ts';

const counts = {
  ...{ task: 'tickets', finishedAt: 0, path: 'tickets.labels.csv' },
  ...{ texts: 1200, byPerson: 100, byApi: 300, inDoubt: 7, runUsd: 0 },
};

/** The local model is right about 3 of 4 texts, the large one about 19 of 20, a quarter is sent. */
const judged = Array.from({ length: 100 }, (_, i): Judged => {
  const isSent = i % 4 === 0;
  return {
    ...{ gain: isSent ? 0.5 : -0.1, beforeCall: isSent ? 0.4 : 0.9, afterCall: isSent ? 0.9 : 0.8 },
    ...{ specialistRight: Number(!isSent), apiRight: Number(i % 20 > 0) },
  };
});
const risk = { keepBelow: 0.5, localShare: 0.75, texts: 100, loss: 0.01 };
const nothingCompared = { winner: 'bare', open: [], gain: { items: 0, first: 0, gain: 0, low: 0, high: 0 } } as const;

function reportOf(judgedBy: 'person' | 'api', limit: typeof risk | undefined) {
  const data = { known: new Map(), texts: 1200, unlabelled: [], judged, judgedBy, risk: limit };
  return { ...counts, ...measureTask(data, nothingCompared), soFarUsd: 0.5 };
}

test('a run’s results have labels by source, costs, and what is right at the share that is sent', () => {
  const { facts, notes, picture } = resultsOf(reportOf('api', risk));
  const fact = new Map(facts);
  for (const [name, value] of [
    ['Labelled by the local model', '800'],
    ['Would be sent to the large model', '25%'],
    ['Cost so far', '$0.50'],
    ['Cost of sending the rest', '–'],
  ] as const)
    assert.equal(fact.get(name), value);
  assert.equal(picture?.text[0], 'If the large model answers 25% of the texts, 95% are right.');
  assert.match(picture.text[1] ?? '', /against labels of the large model, /);
  assert.match(
    resultsOf({ ...reportOf('person', risk), output: 'text' }).picture?.text.join(' ') ?? '',
    /the similarity is 95%\. Checked on 100 texts against answers of people, /,
  );
  assert.match(notes.join(' '), /^Measured on 100 random texts.* At most 1\.0% of/);
});

test('the picture has what was expected of each model and what labels of people say', () => {
  const report = reportOf('person', risk);
  assert.deepEqual(parseReport(JSON.stringify(report)), report);
  const { text, chart } = resultsOf(report).picture ?? {};
  const actual = chart?.bars.map(({ name, figure, note = '' }) => [name, figure, note]);
  assert.deepEqual(actual, [
    ['Local model', '75% (66% to 82%), expected 78%', ''],
    ['Large model', '95% (89% to 98%), expected 82%', ''],
    ['Both, 25% sent', '95% (89% to 98%), expected 90%', 'No difference from the previous one'],
  ]);
  assert.deepEqual(text, [
    'If the large model answers 25% of the texts, 95% are right.',
    'Checked on 100 texts against labels of people, with the 95% interval, beside what was expected.',
    '‘No difference’ means: too small to tell from chance at the same texts (95% interval).',
  ]);
  assert.match(inLines(chart ?? { bars: [] }), /^ {2}Local model {5}75% \(66% to 82%\), expected 78%\n/);
});

test('the large model has no bar if its own labels count as right, and without a bound nothing is sent', () => {
  const names = (report: ReturnType<typeof reportOf>) => resultsOf(report).picture?.chart.bars.map(({ name }) => name);
  assert.deepEqual(names(reportOf('api', risk)), ['Local model', 'Both, 25% sent']);
  assert.deepEqual(names(reportOf('person', undefined)), ['Local model', 'Large model']);
});

test('what is expected and was not checked is a bar of its own, and is said once', () => {
  const expected = { labelled: 40, others: 20, right: 0.68, low: 0.49, high: 0.82, isRandom: true };
  const { picture, notes } = resultsOf({
    ...counts,
    curve: [],
    judgedOn: 0,
    judgedBy: 'person',
    soFarUsd: 0,
    expected,
  });
  assert.deepEqual(picture?.chart.bars, [
    { name: 'Local model', share: 0.68, low: 0.49, high: 0.82, figure: '68% (49% to 82%), expected' },
  ]);
  const pattern = /^The local model is expected to get about 68% .* Not checked: no text was held/;
  assert.match(picture.text.join(' '), pattern);
  assert.deepEqual(notes, []);
  const unknown = resultsOf({ ...counts, curve: [], judgedOn: 0, judgedBy: 'person', soFarUsd: 0 });
  assert.deepEqual([unknown.picture, unknown.notes.length], [undefined, 1]);
});

test('a stored report with a damaged picture is none', () => {
  const { checked = [], ...report } = reportOf('person', risk);
  const damaged = checked.map(({ right: _, ...others }) => others);
  assert.equal(parseReport(JSON.stringify({ ...report, checked: damaged })), undefined);
  assert.equal(parseReport(JSON.stringify({ ...report, checked: 'all' })), undefined);
});

test('the interval of a share holds it, ends within 0 and 1, and has a width where all are right', () => {
  const { low, high } = shareInterval(0.5, 100);
  assert.deepEqual([low.toFixed(3), high.toFixed(3)], ['0.404', '0.596'], 'as in Wilson’s formula');
  const all = shareInterval(1, 99);
  assert.ok(all.low > 0.95 && all.low < 0.97 && all.high > 1 - 1e-9 && all.high <= 1);
  const none = shareInterval(0, 99);
  assert.ok(none.low < 1e-9 && none.high > 0.03 && none.high < 0.05);
});

test('each label has its figures, and labels that are seldom found are named', () => {
  const confusion = [
    [80, 2, 0],
    [9, 1, 0],
    [3, 0, 5],
  ];
  const byLabel = { names: ['ham', 'spam', 'news'], confusion, doubted: [] };
  const report = { ...reportOf('person', risk), byLabel };
  assert.deepEqual(parseReport(JSON.stringify(report)), report);
  const { warning, text, table } = resultsOf(report).byLabel ?? {};
  assert.equal(warning, 'The local model seldom finds ‘spam’ (1 of 10).');
  assert.match(text ?? '', /^Of 100 labelled texts, the local model gets 86% right .* is 0\.61\.$/);
  assert.deepEqual(table?.rows, [
    ['ham', '82', '87%', '98%', '0.92'],
    ['spam', '10', '33%', '10%', '0.15'],
    ['news', '8', '100%', '63%', '0.77'],
  ]);
  assert.equal(resultsOf(reportOf('person', risk)).byLabel, undefined);
});
