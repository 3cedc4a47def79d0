// The report as page, Markdown and terminal text: both models, calibration, training, and unknown figures.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reliability } from '../../../src/adaptation/report/curves.ts';
import { markdownOf, plainTextOf } from '../../../src/adaptation/report/markdown.ts';
import { costRows, reportDocument } from '../../../src/adaptation/report/report-document.ts';
import { storedReport } from '../../../src/adaptation/report/stored.ts';
import type { AdaptReport } from '../../../src/adaptation/report/types.ts';
import { parseFromPage, parseToPage } from '../../../src/vscode/webview/report-protocol.ts';
import { reportOf } from './report.ts';

const at = Date.UTC(2026, 10, 26, 20, 30);

test('kinds of positions are listed by falling lead of the specialist over the large model', () => {
  const { underfit = [] } = reportOf(true);
  const helpers = underfit.find(({ what }) => what === 'your test helpers');
  assert.ok(helpers && helpers.specialist > helpers.api, JSON.stringify(underfit));
  const leads = underfit.map(({ specialist, api }) => specialist - api);
  assert.deepEqual(
    leads,
    [...leads].sort((a, b) => b - a),
  );
  const code = underfit.find(({ what }) => what.startsWith('your code'));
  assert.ok(code && code.api > code.specialist && code.api > helpers.api, JSON.stringify(code));
  for (const { asked, apiRight, places: positions, example } of underfit) {
    assert.ok(positions >= 8 && apiRight <= asked && asked <= positions);
    assert.ok(apiRight === asked || example?.api === 'wrong');
  }
  const names = underfit.map(({ what }) => what);
  assert.equal(new Set(names).size, names.length);
  // 'your test helpers' and those in their only folder are the same positions: one row.
  assert.equal(names.filter((name) => /^your test helpers( in .*)?$/.test(name)).length, 1);
});

test('the curve goes from the specialist alone to the API alone, through the operating point', () => {
  const { curves, api } = reportOf(true);
  const { pair = [], operating } = curves?.deferral ?? {};
  assert.equal(pair[0]?.apiShare, 0);
  assert.equal(pair.at(-1)?.apiShare, 1);
  assert.ok(Math.abs((pair[0]?.right ?? 0) - (api?.specialistExactMatch ?? 1)) < 1e-9);
  assert.ok(Math.abs((pair.at(-1)?.right ?? 0) - (api?.apiExactMatch ?? 1)) < 1e-9);
  assert.equal(operating?.right, api?.coupledExactMatch);
  assert.ok(pair.length <= 42);
});

test('estimates are grouped by tenths, and 1 belongs to the last', () => {
  const bins = reliability([
    { said: 1, right: true },
    { said: 0.95, right: false },
    { said: 0.12, right: false },
  ]);
  assert.deepEqual(bins, [
    { said: 0.12, right: 0, places: 1 },
    { said: 0.975, right: 0.5, places: 2 },
  ]);
});

test('each chart has a table with its figures, and the page accepts the document as a message', () => {
  const document = reportDocument(reportOf(true), 'engine', at);
  const titles = document.sections.map(({ title }) => title);
  assert.deepEqual(titles, [
    'What changed',
    'Before and after, by kind of position',
    'The models compared',
    'Where the large model falls short',
    'Routing: quality against calls',
    'What the router learned',
    'The large model (claude)',
    'Calibration: does “60% sure” mean 60%?',
    'Calibration of what could be shown, by length',
    'Training',
    'What was read',
    'Money, time, memory',
    'Example completions (from the test files)',
  ]);
  const charts = document.sections.filter(({ chart }) => chart);
  assert.equal(charts.length, 3);
  for (const { chart, table } of charts) {
    const marked = chart?.series.filter(({ line }) => line !== 'points' && line !== 'dotted') ?? [];
    assert.ok(table && table.rows.length >= (marked[0]?.points.length ?? 99));
    // Lines differ without colour.
    const styles = chart?.series.map(({ line, marks }) => `${line} ${marks}`);
    assert.equal(new Set(styles).size, styles?.length);
  }
  const sent = structuredClone({ type: 'init', strings: {}, locale: 'en', document, actions: [] });
  assert.ok(parseToPage(sent));
  assert.equal(parseToPage({ ...sent, document: { ...document, sections: [{ title: 'x' }] } }), undefined);
  assert.deepEqual(parseFromPage({ type: 'action', action: 'json' }), { type: 'action', action: 'json' });
  assert.equal(parseFromPage({ type: 'action', action: 'rm' }), undefined);
});

test('without an API the report says that its accuracy is not known', () => {
  const local = reportDocument(reportOf(false), 'engine', at);
  assert.ok(!local.sections.some(({ title }) => title.startsWith('Routing')));
  const unknown = local.sections.find(({ title }) => title.startsWith('Where the large'));
  assert.match(unknown?.text[0] ?? '', /^Not known/);
});

test('Markdown has the same tables and escapes texts of files and models', () => {
  const report = reportOf(true);
  const escapedReport = { ...report, notes: ['see [this](http://x) | <b>'] };
  const text = markdownOf(reportDocument(escapedReport, 'en|gine', at));
  assert.match(text, /^# en\\\|gine\n/);
  assert.ok(text.includes('see \\[this\\](http://x) \\| \\<b\\>'));
  assert.match(
    text,
    /\| Kind of position \| Positions \| Large model \| Local model \| Known answers \|\n\| --- \| --- \|/,
  );
  assert.match(text, /\| Money \| \$0\.3000 for 300 answers of claude \|/);
});

test('terminal text has the same sections in lines of at most 100 columns and repeats no sentence', () => {
  const report = reportOf(true);
  const note = 'A long note about the run, which the outcome does not repeat. '.repeat(3).trim();
  const document = reportDocument({ ...report, notes: [note] }, 'engine', at);
  const text = plainTextOf(document);
  for (const { title } of document.sections) assert.ok(text.includes(`\n${title}\n`), title);
  for (const line of text.split('\n')) assert.ok(line.length <= 100, line);
  assert.match(text, / {2}adapted \+ n-grams {2}160 +36\.0%/);
  const sentences = document.sections.flatMap((section) => section.text);
  assert.equal(new Set(sentences).size, sentences.length);
  const { neural } = report;
  assert.ok(neural);
  const kept = { ...neural, quality: { ...neural.quality, adapted: { ...neural.quality.base, places: 0 } } };
  const { sections } = reportDocument({ ...report, neural: kept }, 'engine', at);
  const reasons = sections.flatMap((section) => section.text).filter((each) => each.includes(kept.why));
  assert.equal(reasons.length, 1, 'the reason of the choice');
});

test('the cost is all that was paid', () => {
  const { api, paid, ...others } = reportOf(true);
  const money = (report: AdaptReport | undefined) => report && new Map(costRows(report)).get('Money');
  const paidForTraining = { model: 'claude', answers: 20, usd: 0.02 };
  assert.equal(money({ ...others, api: undefined, paid: paidForTraining }), '$0.0200 for 20 answers of claude');
  assert.match(
    plainTextOf(reportDocument({ ...others, api: undefined, paid: paidForTraining }, 'engine', 0)),
    /Money +\$0\.0200 for 20 answers of claude/,
  );
  assert.equal(money({ ...others, api, paid: { ...paidForTraining, usd: 0 } }), 'nothing for 20 answers of claude');
  assert.equal(money(storedReport(JSON.stringify({ ...others, api, paid }))), '$0.3000 for 300 answers of claude');
});

test('says how long an answer of the large model takes', () => {
  assert.match(
    plainTextOf(reportDocument(reportOf(true), 'engine', 0)),
    /An answer of the large model takes +900 ms, one in twenty more than 900 ms/,
  );
});

test('a kind with few positions shows no change in points', () => {
  const report = reportOf(true);
  const changes = (places: number) => {
    const byKind = Object.fromEntries(Object.entries(report.byKind).map(([kind, each]) => [kind, { ...each, places }]));
    const { sections } = reportDocument({ ...report, byKind }, 'engine', at);
    return sections.find(({ title }) => title.startsWith('Before and after'))?.table?.rows.map((row) => row.at(-1));
  };
  assert.deepEqual(new Set(changes(19)), new Set(['too few positions']));
  for (const change of changes(20) ?? ['']) assert.match(`${change}`, /^[+−]\d+\.\d points$/);
});

test('the report of a run without training says so, lists no files for training and repeats no note', () => {
  const report = reportOf(true);
  assert.ok(report.neural);
  const neural = { ...report.neural, used: 'base' as const, training: undefined };
  const note = 'The neural model was not adapted: the time is too short.';
  const { sections } = reportDocument({ ...report, neural, notes: [note, note, 'More.', 'More.'] }, 'engine', at);
  const text = sections.flatMap((section) => section.text);
  assert.ok(text.includes('This run trained nothing.'));
  assert.equal(text.filter((each) => each.includes(note)).length, 1);
  assert.equal(text.filter((each) => each === 'More.').length, 1);
  assert.doesNotMatch(text.join(' '), /for training/);
  assert.match(plainTextOf(reportDocument(report, 'engine', at)), /180 for training/);
});
