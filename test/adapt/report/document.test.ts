// The report in the panel and as terminal text: outcome, both models, balance, cost, and unknown figures.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AdaptReport, storedReport } from '../../../src/adapt/report/adapt-report.ts';
import { changeOf } from '../../../src/adapt/report/figures.ts';
import { plainTextOf, reportDocument } from '../../../src/adapt/report/report-document.ts';
import '../../support/ui-text.ts';
import { positionsOf, reportOf } from './report.ts';

const { reportsOf } = await import('../../../src/vscode/panel/panel-host.ts');

const at = Date.UTC(2026, 10, 26, 20, 30);
const documentOf = (report: AdaptReport) => reportDocument(report, 'engine', at);
const sectionOf = (report: AdaptReport, title: string) =>
  documentOf(report).sections.find((section) => section.title === title);
/** Cells of a table's row by the row's name. */
const cells = (report: AdaptReport, title: string) =>
  new Map(sectionOf(report, title)?.table?.rows.map(([name = '', ...others]) => [name, others]));

test('the report begins with what the adaptation brought and what to do', () => {
  const [first] = documentOf(reportOf(true)).sections;
  assert.deepEqual(first, {
    title: 'What it brought',
    text: [
      'Here the large model alone completes 58% of the lines; knowing your folder, 74% (95% interval of the difference: 4 to 29 points); together with the local model, 91% at 56% fewer calls.',
      'Kept: 6.0 more of 100 lines right at 160 positions of files it has not seen (36.0% instead of 30.0%). Adapt again after larger changes to the folder.',
    ],
  });
});

test('every share of right lines has its interval and its number of positions', () => {
  const rows = cells(reportOf(true), 'Lines exactly right');
  assert.deepEqual(
    [...rows.keys()],
    [
      'Before: base + n-grams',
      'Now: adapted + n-grams',
      'Large model alone',
      'Large model: claude',
      'Together, balance 0.4',
    ],
  );
  assert.deepEqual(rows.get('Before: base + n-grams'), ['30.0% (24.0% to 36.0%)', '160']);
  for (const [share = '', positions] of rows.values()) {
    const [right = 0, low = 1, high = 0] = share.match(/[\d.]+/g)?.map(Number) ?? [];
    assert.ok(low <= right && right <= high, share);
    assert.equal(positions, '160');
  }
});

test('the local model is also listed at the positions of the large model if those are fewer', () => {
  const report = reportOf(true);
  const { compared } = report.api ?? {};
  assert.ok(report.api && compared);
  const rowsAt = (places: number) => {
    const specialist = { places, exactMatch: 0.5 };
    const api = { ...report.api, compared: { ...compared, specialist } } as NonNullable<AdaptReport['api']>;
    return cells({ ...report, api }, 'Lines exactly right');
  };
  assert.deepEqual(rowsAt(24).get('Local model, where the large one was asked'), ['50.0% (one file)', '24']);
  const actual = rowsAt(14).get('Local model, where the large one was asked');
  assert.equal(actual, undefined, 'a row with too few is left out');
});

test('with too few positions there is no table, and the report says how many there were', () => {
  const report = reportOf(false);
  assert.ok(report.specialist && report.neural);
  const few = { places: 14, exactMatch: 0.5 };
  const quality = { ngram: few, base: few, adapted: few };
  const section = sectionOf(
    { ...report, specialist: { ...report.specialist, ...few }, neural: { ...report.neural, quality } },
    'Lines exactly right',
  );
  assert.equal(section?.table, undefined);
  assert.deepEqual(section?.text, [
    'Measured at 14 positions, which are too few for figures. Adapt again when the folder has more files.',
  ]);
});

test('the model that served before is compared, and the same model makes no difference', () => {
  const report = reportOf(false);
  const { neural } = report;
  assert.ok(neural);
  const shown = (over: Partial<typeof neural>) => {
    const all = { ...report, neural: { ...neural, ...over } };
    const [, why = ''] = sectionOf(all, 'Lines exactly right')?.text ?? [];
    return [[...cells(all, 'Lines exactly right').keys()], why] as const;
  };
  const same = 'The model that answered before answers again, so there is no difference.';
  assert.deepEqual(shown({ used: 'base' }), [['N-grams alone', 'Now: base + n-grams'], same]);
  assert.deepEqual(shown({ used: 'earlier' }), [['Base + n-grams', 'Now: earlier + n-grams'], same]);
  const { base } = neural.quality;
  const replaced = shown({ chosenFrom: { ...neural.chosenFrom, earlier: base } });
  assert.deepEqual(replaced, [['Base + n-grams', 'Now: adapted + n-grams'], '']);
  assert.deepEqual(shown({}), [['Before: base + n-grams', 'Now: adapted + n-grams'], '']);
});

test('the difference of two models has an interval by files, if both answered in several', () => {
  const now = positionsOf(160);
  const before = now.map((position, i) => ({ ...position, right: position.right && i % 5 > 0 }));
  const { low = 0, high = 0 } = changeOf(now, before) ?? {};
  const lost = now.filter(({ right }, i) => right && i % 5 === 0).length / now.length;
  assert.ok(0 < low && low <= lost && lost <= high && high < 0.3, `${low} to ${high}`);
  assert.deepEqual(changeOf(now, now), { low: 0, high: 0 });
  assert.equal(changeOf(now.slice(0, 1), before), undefined, 'one file');
  const { together, api, routed } = reportOf(true).api?.compared ?? {};
  assert.ok(together && api && routed);
  const difference = together.exactMatch - api.exactMatch;
  assert.ok(routed.low <= difference && difference <= routed.high);
});

test('a bar says that there is no difference if the difference at the same positions may be 0', () => {
  const report = reportOf(true);
  const { neural, api } = report;
  assert.ok(neural && api?.compared?.alone);
  const { compared } = api;
  const alone = compared.alone as NonNullable<typeof compared.alone>;
  const chance = { low: -0.01, high: 0.2 };
  const notes = (change: Partial<AdaptReport>) => {
    const { text = [], chart } = sectionOf({ ...report, ...change }, 'Lines exactly right') ?? {};
    const noted = chart?.bars.filter(({ note }) => note === 'No difference from the previous one');
    return {
      names: noted?.map(({ name }) => name),
      isExplained: /^‘No difference’ means: .* at the same positions/.test(text.at(-1) ?? ''),
    };
  };
  const asked = (over: Partial<typeof compared>) => ({ api: { ...api, compared: { ...compared, ...over } } });
  const certain = asked({ routed: { low: 0.01, high: 0.2 } });
  assert.deepEqual(notes(certain), { names: [], isExplained: false });
  assert.deepEqual(notes({ ...certain, neural: { ...neural, change: chance } }), {
    names: ['Now: adapted + n-grams'],
    isExplained: true,
  });
  const both = asked({ routed: { low: 0, high: 0.1 }, alone: { ...alone, gain: chance } });
  assert.deepEqual(notes(both).names, ['Large model: claude', 'Together, balance 0.4']);
  // The bar above is left out, so there is nothing to compare with.
  const few = asked({
    routed: { low: 0.01, high: 0.2 },
    alone: { ...alone, bare: { ...alone.bare, places: 9 }, gain: chance },
  });
  assert.deepEqual(notes(few).names, []);
});

test('without a large model the report has no figures of one', () => {
  const { sections } = documentOf(reportOf(false));
  assert.deepEqual(
    sections.map(({ title }) => title),
    ['What it brought', 'Lines exactly right', 'What it cost', 'Can the percentages be believed?'],
  );
  assert.deepEqual(cells(reportOf(false), 'What it cost').get('Money'), ['nothing: the large model was not asked']);
});

test('without held-out files nothing is claimed', () => {
  const { specialist: _, router: __, ...report } = reportOf(false);
  const untested = { ...report, specialist: undefined, router: undefined };
  assert.match(sectionOf(untested, 'Lines exactly right')?.text[0] ?? '', /^Not measured/);
  assert.match(sectionOf(untested, 'Can the percentages be believed?')?.text[0] ?? '', /^Unknown/);
});

test('one line says whether the percentages can be believed', () => {
  const report = reportOf(true);
  const line = (specialistEce: number, apiEce?: number) => {
    const { apiEce: _, ...router } = report.router as NonNullable<AdaptReport['router']>;
    const changed = { ...router, specialistEce, ...(apiEce !== undefined && { apiEce }) };
    return sectionOf({ ...report, router: changed }, 'Can the percentages be believed?')?.text.join();
  };
  assert.match(line(0.03, 0.04) ?? '', /^Yes: .* local model’s .* 3\.0% .* large model’s by 4\.0%\.$/);
  assert.match(line(0.03) ?? '', /^Yes: .* large model’s are not checked\.$/);
  assert.match(line(0.03, 0.08) ?? '', /^Roughly: /);
  assert.match(line(0.2, 0.04) ?? '', /^Not yet: .* Adapt again when the folder has more files\.$/);
});

test('the cost is all that was paid, with time, memory, base and device', () => {
  const { api, paid, ...others } = reportOf(true);
  const money = (report: AdaptReport | undefined) => report && cells(report, 'What it cost').get('Money')?.join();
  const paidForTraining = { model: 'claude', answers: 20, usd: 0.02 };
  assert.equal(money({ ...others, api: undefined, paid: paidForTraining }), '$0.0200 for 20 answers of claude');
  assert.equal(money({ ...others, api, paid: { ...paidForTraining, usd: 0 } }), 'nothing for 20 answers of claude');
  const stored = storedReport(JSON.stringify({ ...others, api, paid }));
  assert.equal(money(stored), '$0.3000 for 300 answers of claude');
  const rows = cells(stored as AdaptReport, 'What it cost');
  assert.equal(rows.get('Time')?.join(), '6 min 40 s, of it 3 min 24 s training');
  assert.equal(rows.get('Peak memory')?.join(), '0.30 GB');
  assert.equal(rows.get('Base')?.join(), 'small; trained on cpu (no GPU)');
  assert.equal(rows.get('Files')?.join(), '240 files, about 300,000 tokens; 60 held out');
  assert.equal(rows.get('An answer of the large model takes')?.join(), '900 ms, one in twenty more than 900 ms');
});

test('the panel shows the same sections', () => {
  const report = reportOf(true);
  const [shown] = reportsOf([{ folder: { name: 'engine' }, adaptation: { latest: { report, finishedAt: at } } }]);
  assert.deepEqual(shown?.sections, documentOf(report).sections);
});

test('terminal text has the same sections in lines of at most 100 columns and repeats no note', () => {
  const note = 'A long note about the run, which is wrapped in a terminal. '.repeat(3).trim();
  const report = reportOf(true);
  const leftOut = { binary: 3, minified: 4, ignored: 5, 'changed-while-read': 6, empty: 1 };
  const document = documentOf({ ...report, harvest: { ...report.harvest, leftOut }, notes: [note, note] });
  const text = plainTextOf(document);
  for (const { title } of document.sections) assert.ok(text.includes(`\n${title}\n`), title);
  for (const line of text.split('\n')) assert.ok(line.length <= 100, line);
  assert.equal(text.split('30.0% (24.0% to 36.0%) of 160').length - 1, 1, 'the table does not repeat the bars');
  assert.match(text, /\n {2}Money {2,}\$0\.3000 for 300 answers of claude\n/);
  assert.equal(text.split('A long note about').length - 1, 3);
});

test('the picture has a bar with its interval for each model', () => {
  const { chart, table } = sectionOf(reportOf(true), 'Lines exactly right') ?? {};
  const actual = chart?.bars.map(({ name, figure }) => [name, figure]);
  const expected = table?.rows.map(([name, figure]) => [name, figure]);
  assert.deepEqual(actual, expected);
  for (const { share, low = 1, high = 0 } of chart?.bars ?? []) assert.ok(low <= share && share <= high);
});

test('with too few positions there is no bar', () => {
  const report = reportOf(false);
  assert.ok(report.specialist);
  const few = sectionOf({ ...report, specialist: { ...report.specialist, places: 3 } }, 'Lines exactly right');
  assert.ok((few?.chart?.bars.length ?? 0) < (sectionOf(report, 'Lines exactly right')?.chart?.bars.length ?? 0));
});

test('a terminal has a line for each bar', () => {
  const report = reportOf(true);
  assert.ok(report.neural);
  const text = plainTextOf(documentOf({ ...report, neural: { ...report.neural, change: { low: 0, high: 0 } } }));
  assert.match(text, /\n {2}Before: base \+ n-grams {2}30\.0% \(24\.0% to 36\.0%\) of 160\n/);
  assert.match(text, /\n {2}Now: adapted .* of 160\. No difference from the previous one\n/);
});
