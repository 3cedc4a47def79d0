// The pictures of a report and of a text task's result alone in a browser: narrow, in every theme, and as text.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { reportDocument } from '../../src/adapt/report/report-document.ts';
import type { TaskReport } from '../../src/text-tasks/task-report.ts';
import { resultsOf } from '../../src/text-tasks/task-results.ts';
import type { PanelState, PanelTotals, ToPanel } from '../../src/vscode/webview/protocol.ts';
import type { TableInit, ToTable } from '../../src/vscode/webview/table-protocol.ts';
import { reportOf } from '../adapt/report/report.ts';
import { launchBrowser, shots } from '../support/browser.ts';
import { axeFindings, openWebview, setTheme, themeNames, widerThanPage } from '../support/webview.ts';

let browser: Browser;
let panel: Page;
let table: Page;

const widths = [180, 300, 800];

const state: PanelState = {
  ...{ status: 'ready', statusText: 'Ready: 12 files', balance: 0.4, showThreshold: 0.5, localOnly: false },
  ...{ model: { kind: 'ready', name: 'base + n-gram', detail: 'int4' }, apiModel: 'claude', slider: [], notices: [] },
};
const totals: PanelTotals = {
  ...{
    completions: 3,
    local: 2,
    api: 1,
    accepted: 1,
    typed: 1,
    edits: 0,
    applied: 0,
    characters: 40,
    spentUsd: 0.1,
    savedUsd: 0.2,
  },
};

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

const rows: ToTable = {
  type: 'rows',
  rows: Array.from({ length: 40 }, (_, i) => {
    return { text: `an error in page ${i}`, label: 'bug', source: 'specialist', confidence: 0.9, inDoubt: i % 9 === 0 };
  }),
  more: false,
};

/** Sends a message of the host and waits until something is drawn. */
async function send(page: Page, message: ToPanel | ToTable, drawn: string): Promise<void> {
  await page.evaluate((sent) => window.postMessage(sent, '*'), message);
  await page.locator(drawn).first().waitFor();
}

before(async () => {
  browser = await launchBrowser();
  panel = await openWebview(browser, 'main.ts', ['frame', 'list', 'report', 'wide']);
  table = await openWebview(browser, 'table-main.ts', ['frame', 'list', 'report', 'table']);
  await send(
    panel,
    {
      type: 'init',
      locale: 'en',
      state,
      rows: [],
      totals,
      reports: [],
      reportActions: [{ label: 'Adapt again', command: 'adapt' }],
    },
    '.report',
  );
  mkdirSync(shots, { recursive: true });
});
after(() => browser?.close());

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

test('the report is drawn within narrow panels and read in every theme, with and without the pair', async () => {
  await send(panel, reports(false), '.report .chart');
  assert.equal(await panel.locator('.chart svg').count(), 2);
  await look(panel, 'chart-alone', '.report', '--vscode-sideBar-background');
  await send(panel, reports(true), '.report .chart-pair');
  await look(panel, 'chart-pair', '.report', '--vscode-sideBar-background');
});

test('a screen reader has the bars as a list of texts, and no picture', async () => {
  const bars = panel.getByRole('region', { name: 'Lines exactly right' }).getByRole('list').getByRole('listitem');
  assert.match(
    (await bars.nth(1).textContent()) ?? '',
    /^Now: adapted \+ n-grams ?56\.3% \(50\.0% to 68\.8%\) ?No difference from the previous one$/,
  );
  assert.equal(await bars.count(), 5);
  assert.equal(await panel.locator('.chart svg:not([aria-hidden=true])').count(), 0);
});

test('the line of the pair marks the place of the slider while it moves', async () => {
  const sentence = panel.getByText('At the slider’s place');
  const mark = panel.locator('.chart-place');
  assert.match((await sentence.textContent()) ?? '', /: 91% right with 44% of the calls\.$/);
  const place = await mark.getAttribute('d');
  await panel.locator('#balance').fill('100');
  assert.match((await sentence.textContent()) ?? '', /: 74% right with 100% of the calls\.$/);
  assert.notEqual(await mark.getAttribute('d'), place);
  await send(panel, reports(true), '.report .chart-pair');
  assert.match((await sentence.textContent()) ?? '', /100% of the calls\.$/, 'a new report has the mark, too');
});

test('marks on a bar are seen in every theme', async () => {
  await send(table, tableOf(resultsOf({ ...taskReport, checked })), '.picture');
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
  await send(table, rows, '.view .grid-row');
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
  await send(table, tableOf(resultsOf({ ...unchecked, curve: [], expected })), '.picture');
  await send(table, rows, '.view .grid-row');
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
