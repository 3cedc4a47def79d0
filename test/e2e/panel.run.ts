// The panel alone in a browser: keyboard and screen reader access to its list, progress and notices.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { root } from '../../build/paths.ts';
import { reportDocument } from '../../src/adapt/report/report-document.ts';
import type { PanelRow, PanelState, PanelTotals, ToPanel } from '../../src/vscode/webview/protocol.ts';
import { reportOf } from '../adapt/report/report.ts';
import { launchBrowser } from '../support/browser.ts';
import { openWebview, widerThanPage } from '../support/webview.ts';

let browser: Browser;
let page: Page;

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
  page = await openWebview(browser, 'main.ts', []);
  await send({
    type: 'init',
    locale: 'en',
    state: { ...state, progress },
    rows,
    totals,
    reports: [],
    reportActions: [],
  });
  await page.locator('.rows').waitFor();
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
  assert.match(
    (await page.locator('.row > summary[tabindex="0"]').getAttribute('aria-label')) ?? '',
    /^held back, 12% sure/,
  );
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
  for (const name of ['frame', 'list', 'report'])
    await page.addStyleTag({ path: join(root, 'media/panel', `${name}.css`) });
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
