// The pages alone in a browser: keyboard and screen reader access to the panel's list, progress and notices; the pictures
// of a report and of a text task's result, narrow, in every theme, and as text.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { reportDocument } from '../../src/adapt/report/report-document.ts';
import type { TaskReport } from '../../src/text-tasks/task-report.ts';
import { resultsOf } from '../../src/text-tasks/task-results.ts';
import type { PanelRow, PanelState, PanelTotals, ToPanel } from '../../src/vscode/webview/protocol.ts';
import type { TableInit, ToTable } from '../../src/vscode/webview/table-protocol.ts';
import { reportOf } from '../adapt/report/report.ts';
import { launchBrowser, shots } from '../support/browser.ts';
import { axeFindings, openWebview, setTheme, themeNames, widerThanPage } from '../support/webview.ts';

let browser: Browser;
let page: Page;
let table: Page;

const widths = [180, 300, 800];

const shownRow: PanelRow = {
  id: '1',
  at: 1_700_000_000_000,
  path: 'src/a.ts',
  line: 3,
  before: 'const a = ',
  text: 'b;',
  source: 'specialist',
  model: 'n-gram',
  cached: false,
  latencyMs: 3,
  costUsd: 0,
  savedUsd: 0.001,
  outcome: 'pending',
  confidence: 0.8,
  summary: 'The local model is confident.',
};

const state: PanelState = {
  status: 'ready',
  statusText: 'Ready: 12 files',
  model: { kind: 'ready', name: 'base + n-gram', detail: 'int4' },
  balance: 0.4,
  showThreshold: 0.5,
  localOnly: false,
  slider: [{ balance: 0.4, share: 0.3, usd: 0.04, gain: 0.12 }],
  apiModel: 'claude-haiku-5-5',
  month: { spentUsd: 0.25, limitUsd: 1 },
  notices: [{ kind: 'info', text: 'No key', action: { label: 'Set', command: 'setApiKey' } }],
  progress: { title: 'Adapting', detail: '3 of 9', share: 0.3, cancellable: true },
};

const totals: PanelTotals = {
  ...{ completions: 3, local: 2, api: 1, accepted: 1, typed: 1, edits: 0, applied: 0, characters: 40 },
  ...{ spentUsd: 0.1, savedUsd: 0.2, localP50Ms: 3 },
};

const heldBackRow: PanelRow = {
  ...{ ...shownRow, id: 'held', path: 'src/b.ts', text: 'heldBack();', source: 'none', model: '', outcome: 'ignored' },
  heldBack: { p: 0.1, threshold: 0.15, why: 'the list is open' },
  confidence: 0.1,
};
const rows = [heldBackRow, ...[1, 2, 3].map((i) => ({ ...shownRow, id: `${i}`, path: `src/${i}.ts` }))];
const progress = { title: 'Adapting to shop', detail: 'Training', share: 0.3, cancellable: true };

const send = (message: ToPanel) => page.evaluate((sent) => window.postMessage(sent, '*'), message);

/** Sends a message of the host and waits until something is drawn. */
async function sendTo(page: Page, message: ToPanel | ToTable, drawn: string): Promise<void> {
  await page.evaluate((sent) => window.postMessage(sent, '*'), message);
  await page.locator(drawn).first().waitFor();
}

function reports(asked: boolean): Extract<ToPanel, { type: 'reports' }> {
  const report = reportOf(asked);
  const { neural } = report;
  assert.ok(neural);
  const unsure = { ...report, neural: { ...neural, change: { low: -0.01, high: 0.1 } } };
  return { type: 'reports', reports: [{ folder: 'shop', finishedAt: 0, ...reportDocument(unsure, 'shop', 0) }] };
}

const checked = [
  { by: 'local', expected: 0.81, right: 0.77, low: 0.68, high: 0.84 },
  { by: 'large', expected: 0.9, right: 0.95, low: 0.89, high: 0.98, difference: { low: 0.1, high: 0.26 } },
  { by: 'both', expected: 0.93, right: 0.96, low: 0.9, high: 0.98, difference: { low: -0.01, high: 0.03 } },
] as const;
const taskReport: TaskReport = {
  ...{ task: 'tickets', finishedAt: 0, path: 'tickets.labels.csv', texts: 360, byPerson: 150, byApi: 90, inDoubt: 3 },
  ...{ curve: [{ share: 0, right: 0.77 }], judgedOn: 99, judgedBy: 'person', operating: 0.28, loss: 0.01 },
  ...{ runUsd: 0.04, soFarUsd: 0.5, model: 'claude' },
};
const expected = { labelled: 40, others: 20, right: 0.68, low: 0.49, high: 0.82, isRandom: true };
const { curve: _, ...unchecked } = taskReport;

const tableOf = (results: NonNullable<TableInit['results']>): TableInit => ({
  ...{ type: 'init', locale: 'en', title: 'tickets', subtitle: 'tickets.labels.csv', takesFocus: false },
  labels: ['bug', 'wish'].map((name) => ({ name, meaning: `It is a ${name}.` })),
  results,
});

const tableRows: ToTable = {
  type: 'rows',
  rows: Array.from({ length: 40 }, (_, i) => {
    return { text: `an error in page ${i}`, label: 'bug', source: 'specialist', confidence: 0.9, inDoubt: i % 9 === 0 };
  }),
  more: false,
};

/** The accessible name of the focused element. */
const focusedName = () =>
  page.evaluate(() => {
    const element = document.activeElement as HTMLElement;
    return element.getAttribute('aria-label') ?? element.textContent ?? '';
  });

/** The texts of the elements in `aria-describedby`. */
const describedBy = (selector: string) =>
  page.locator(selector).evaluate((element) =>
    (element.getAttribute('aria-describedby') ?? '')
      .split(' ')
      .map((id) => document.getElementById(id)?.textContent ?? `no ${id}`)
      .join(' '),
  );

before(async () => {
  browser = await launchBrowser();
  page = await openWebview(browser, 'main.ts', ['frame', 'list', 'report', 'wide']);
  table = await openWebview(browser, 'table-main.ts', ['frame', 'list', 'report', 'table']);
  const reportActions = [{ label: 'Adapt again', command: 'adapt' }];
  await sendTo(
    page,
    { type: 'init', locale: 'en', state: { ...state, progress }, rows, totals, reports: [], reportActions },
    '.rows',
  );
  mkdirSync(shots, { recursive: true });
});
after(() => browser?.close());

test('Tab stops at the list once, arrow keys move in it, and a held-back row has its reason', async () => {
  const summaries = page.locator('.row > summary');
  assert.equal(await summaries.count(), 4);
  assert.equal(await page.locator('.row > summary[tabindex="0"]').count(), 1);
  await summaries.first().focus();
  assert.match(await focusedName(), /^held back, 10% sure, shown from 15%: the list is open, src\/b\.ts:3$/);
  assert.equal(await summaries.first().locator('.proposal').textContent(), 'the list is open heldBack();');
  const cells = await summaries.first().locator('> span').allTextContents();
  const shares = cells.filter((text) => text.includes('%'));
  assert.deepEqual(shares, ['10%'], 'a row has one percentage, its confidence');
  await page.keyboard.press('ArrowDown');
  assert.match(await focusedName(), /src\/1\.ts:3$/);
  await page.keyboard.press('End');
  assert.match(await focusedName(), /src\/3\.ts:3$/);
  await page.keyboard.press('Tab');
  assert.ok(!(await focusedName()).includes('src/'), 'Tab leaves the list');
  await page.keyboard.press('Shift+Tab');
  assert.match(await focusedName(), /src\/3\.ts:3$/, 'Shift+Tab returns to the same row');
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await page.locator('pre').getByText('heldBack();').waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await focusedName(), 'The suggestion that was held back, with the text before it');
  assert.match((await page.locator(':focus').textContent()) ?? '', /heldBack\(\);$/);
});

test('a redrawn row stays open and keeps the focus', async () => {
  await send({
    type: 'row',
    row: { ...heldBackRow, text: 'heldBackAgain();', heldBack: { p: 0.12, threshold: 0.15 } },
    totals,
  });
  await page.locator('pre').getByText('heldBackAgain();').waitFor();
  assert.equal(await focusedName(), 'The suggestion that was held back, with the text before it');
  assert.equal(await page.locator('.row > summary[tabindex="0"]').count(), 1);
  await send({ type: 'row', row: { ...shownRow, id: 'new', path: 'src/new.ts' }, totals });
  await page.getByText('src/new.ts:3').waitFor();
  const pattern = /^held back, 12% sure/;
  assert.match((await page.locator('.row > summary[tabindex="0"]').getAttribute('aria-label')) ?? '', pattern);
});

test('the progress of an adaptation is described by its detail, and keeps the focus', async () => {
  const group = page.getByRole('group', { name: progress.title });
  await group.waitFor();
  assert.equal(await describedBy('.progress'), 'Training');
  assert.equal(await describedBy('progress'), 'Training');
  await page.getByRole('button', { name: 'Cancel' }).focus();
  await send({ type: 'state', state: { ...state, progress: { ...progress, detail: 'Training · 7 / 40' } } });
  await page.getByText('Training · 7 / 40').waitFor();
  assert.equal(await focusedName(), 'Cancel', 'the focus stays');
});

test('a notice keeps the focus and is not read again when another appears or disappears', async () => {
  const unsnooze = { label: 'End Snooze', command: 'snooze' } as const;
  const snoozed = { kind: 'info', text: 'Snoozed.', action: unsnooze } as const;
  const other = { kind: 'warning', text: 'The large model does not answer.' } as const;
  const show = (...notices: PanelState['notices']) => send({ type: 'state', state: { ...state, notices } });
  await show(snoozed);
  await page.getByRole('button', { name: 'End Snooze' }).focus();
  await page.locator('.notice').evaluate((each) => each.setAttribute('data-before', ''));
  await show(snoozed, other);
  await page.getByText(other.text).waitFor();
  assert.equal(await focusedName(), 'End Snooze');
  await show(other);
  await page.getByText('Snoozed.').waitFor({ state: 'detached' });
  await show(snoozed, other);
  await page.getByText('Snoozed.').waitFor();
  assert.deepEqual(await page.locator('.notice').allTextContents(), ['Snoozed.End Snooze', other.text]);
  assert.equal(await page.locator('.notice[data-before]').count(), 0);
});

test('a panel of 220 pixels cuts no figure of a report', async () => {
  const { sections } = reportDocument(reportOf(true), 'shop', 0);
  const report = { folder: 'shop', finishedAt: 0, sections };
  await page.setViewportSize({ width: 220, height: 900 });
  await send({ type: 'reports', reports: [report] });
  await page.locator('.report .chart').first().waitFor();
  for (const summary of await page.locator('.report summary').all()) await summary.click();
  await page.locator('.report table').first().waitFor();
  const { figures, cut } = await page.locator('.report').evaluate((element) => {
    const parts = [...element.querySelectorAll('td, th, .chart span, .chart svg')].filter((part) =>
      part.checkVisibility(),
    );
    const outside = parts.filter((part) => part.getBoundingClientRect().right > innerWidth);
    return { figures: parts.length, cut: outside.map((part) => part.textContent) };
  });
  assert.ok(figures > 30, `${figures} figures`);
  assert.deepEqual(cut, []);
});

test('a panel of 182 pixels, the narrowest side bar, does not scroll sideways', async () => {
  const card: PanelState['notices'][number] = {
    kind: 'info',
    text: 'What serves.\nWhat could be better: Qwen2.5-Coder 1.5B (1118 MB to download).',
    action: { label: 'Get a Code Model', command: 'getCodeModel' },
    other: { label: 'Choose the Large Model', command: 'chooseModel' },
    decline: { label: 'Don’t Show Again', command: 'declineMachineCard' },
  };
  await send({ type: 'state', state: { ...state, progress, notices: [card, { kind: 'warning', text: 'A notice.' }] } });
  await page.setViewportSize({ width: 182, height: 900 });
  assert.deepEqual(await page.locator('.notice.info').locator('p, button').allTextContents(), [
    ...card.text.split('\n'),
    ...['Get a Code Model', 'Choose the Large Model', 'Don’t Show Again'],
  ]);
  for (const summary of await page.locator('.row > summary').all()) await summary.click();
  await page.getByText('How much is shown').waitFor();
  const wide = await widerThanPage(page);
  assert.ok(wide.scrollWidth <= 182, `${wide.scrollWidth} pixels: ${wide.outside.join(', ')}`);
});

/** In every theme and width: no element is wider than the page, and axe-core finds nothing. */
async function look(page: Page, name: string, picture: string, background: string): Promise<void> {
  for (const width of widths)
    for (const theme of themeNames) {
      await setTheme(page, theme, background);
      await page.setViewportSize({ width, height: 900 });
      const { scrollWidth, outside } = await widerThanPage(page);
      assert.ok(scrollWidth <= width, `${name}, ${theme}, ${width} pixels: ${scrollWidth}, ${outside.join(', ')}`);
      await page.locator(picture).screenshot({ path: join(shots, `${name}-${width}-${theme}.png`) });
      if (width === widths[0]) assert.deepEqual(await axeFindings(page, picture), [], `${name}, ${theme}`);
    }
}

test('the report is drawn within narrow panels and read in every theme, with and without the large model', async () => {
  await sendTo(page, reports(false), '.report .chart');
  assert.equal(await page.locator('.chart svg').count(), 2);
  await look(page, 'chart-alone', '.report', '--vscode-sideBar-background');
  await sendTo(page, reports(true), '.report .chart li:nth-child(5)');
  await look(page, 'chart-both', '.report', '--vscode-sideBar-background');
});

test('a screen reader has the bars as a list of texts, and no picture', async () => {
  const bars = page.getByRole('region', { name: 'Lines exactly right' }).getByRole('list').getByRole('listitem');
  const pattern = /^Now: adapted \+ n-grams ?56\.3% \(50\.0% to 68\.8%\) ?No difference from the previous one$/;
  assert.match((await bars.nth(1).textContent()) ?? '', pattern);
  assert.equal(await bars.count(), 5);
  assert.equal(await page.locator('.chart svg:not([aria-hidden=true])').count(), 0);
});

test('marks on a bar are seen in every theme', async () => {
  await sendTo(table, tableOf(resultsOf({ ...taskReport, checked })), '.picture');
  for (const theme of themeNames) {
    await setTheme(table, theme, '--vscode-editor-background');
    const colors = await table.evaluate(() => {
      const of = (selector: string) => getComputedStyle(document.querySelector(selector) as Element).stroke;
      return {
        page: getComputedStyle(document.body).backgroundColor,
        share: of('.chart-share'),
        interval: of('.chart-interval'),
        expected: of('.chart-expected'),
      };
    });
    for (const part of ['share', 'interval', 'expected'] as const)
      assert.ok(contrast(colors[part], colors.page) >= 3, `${theme}: ${part} in ${JSON.stringify(colors)}`);
  }
});

test('a text task’s result is drawn as expected and as checked, in narrow tables and in every theme', async () => {
  await sendTo(table, tableRows, '.view .grid-row');
  await table.setViewportSize({ width: 180, height: 900 });
  // In one step: the rows are drawn anew at the next frame, and an element that was found before may be gone by then.
  const width = await table.evaluate(
    () => document.querySelector('.view .cell.text')?.getBoundingClientRect().width ?? 0,
  );
  assert.ok(width > 60, `the text has ${width} pixels`);
  const { height = 0 } = (await table.locator('.view').boundingBox()) ?? {};
  assert.ok(height > 200 && height < 400, `rows of ${height} pixels, which scroll`);
  assert.ok(await table.locator('.filters').isVisible());
  for (const name of ['source', 'doubt'])
    assert.equal(await table.locator(`.view .cell.${name}`).first().isVisible(), false, name);
  assert.deepEqual(await table.locator('.picture li').allTextContents(), [
    'Local model77% (68% to 84%), expected 81%',
    'Large model95% (89% to 98%), expected 90%',
    'Both, 28% sent96% (90% to 98%), expected 93%No difference from the previous one',
  ]);
  assert.equal(await table.locator('.picture .chart-expected').count(), 3);
  await table.setViewportSize({ width: 1280, height: 900 });
  const beside = await table
    .locator('.picture svg')
    .evaluateAll((all) => all.map((each) => each.getBoundingClientRect().y));
  assert.equal(new Set(beside).size, 1, `bars beside each other at ${beside.join(', ')}`);
  await look(table, 'chart-task', 'main', '--vscode-editor-background');
  await sendTo(table, tableOf(resultsOf({ ...unchecked, curve: [], expected })), '.picture');
  await sendTo(table, tableRows, '.view .grid-row');
  await table.getByText('Not checked: no text was held back.').waitFor();
  await look(table, 'chart-task-expected', 'main', '--vscode-editor-background');
});

/** WCAG's contrast of two colours as the browser states them. */
function contrast(one: string, other: string): number {
  const [high = 0, low = 0] = [one, other].map(luminance).sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map((text) => {
    const value = Number(text) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
