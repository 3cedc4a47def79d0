// The panel in a browser, without the editor round it: what its list and its progress are to the keyboard and to a screen reader.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { root } from '../../build/paths.ts';
import type { PanelRow, PanelState, ToPanel } from '../../src/vscode/webview/protocol.ts';
import { panelMessages } from '../safety/fuzz-panel.ts';
import { launchBrowser } from '../support/browser.ts';

let browser: Browser;
let page: Page;

const init = panelMessages.toPanel.find((message) => message.type === 'init');
assert.ok(init);
const [shown] = init.rows as [PanelRow];
const held: PanelRow = {
  ...{ ...shown, id: 'held', path: 'src/b.ts', text: 'heldBack();', source: 'none', model: '', outcome: 'ignored' },
  held: { p: 0.1, from: 0.15 },
};
const rows = [held, ...[1, 2, 3].map((i) => ({ ...shown, id: `${i}`, path: `src/${i}.ts` }))];
const plan = 'About 9 minutes: 2 measuring, 6 training, 1 deciding.';
const progress = { title: 'Adapting to shop', detail: 'Training', plan, share: 0.3, cancellable: true };
const strings = {
  ...{
    heldBack: 'held back',
    heldWhy: '{0} sure, shown from {1}',
    heldFrom: 'from {0}',
    numbers: 'Numbers',
    cancel: 'Cancel',
  },
  ...{ heldText: 'The text that was held back', completions: 'Completions', openPlace: 'Go to the place' },
};

const tell = (message: ToPanel) => page.evaluate((sent) => window.postMessage(sent, '*'), message);

/** What has the focus, as it is called. */
const focused = () =>
  page.evaluate(() => {
    const element = document.activeElement as HTMLElement;
    return element.getAttribute('aria-label') ?? element.textContent ?? '';
  });

/** What the ids that an attribute names say. */
const describedBy = (selector: string) =>
  page.locator(selector).evaluate((element) =>
    (element.getAttribute('aria-describedby') ?? '')
      .split(' ')
      .map((id) => document.getElementById(id)?.textContent ?? `no ${id}`)
      .join(' '),
  );

before(async () => {
  browser = await launchBrowser();
  page = await browser.newPage();
  const built = await build({
    ...{ entryPoints: [join(root, 'src/vscode/webview/main.ts')], bundle: true, write: false, format: 'iife' },
  });
  await page.setContent('<body></body>');
  await page.evaluate(() => {
    const host = { postMessage: () => {}, getState: () => undefined, setState: () => {} };
    Object.assign(window, { acquireVsCodeApi: () => host });
  });
  await page.addScriptTag({ content: built.outputFiles[0]?.text ?? '' });
  const state: PanelState = { ...init.state, progress };
  await tell({ ...init, strings, rows, state });
  await page.locator('.rows').waitFor();
});
after(() => browser?.close());

test('the list is one stop of Tab, the arrows walk it, and what was held back says so and why', async () => {
  const head = page.locator('.row > summary');
  assert.equal(await head.count(), 4);
  assert.equal(await page.locator('.row > summary[tabindex="0"]').count(), 1);
  await head.first().focus();
  assert.match(await focused(), /^held back, 10% sure, shown from 15%, src\/b\.ts:3$/);
  await page.keyboard.press('ArrowDown');
  assert.match(await focused(), /src\/1\.ts:3$/);
  await page.keyboard.press('End');
  assert.match(await focused(), /src\/3\.ts:3$/);
  await page.keyboard.press('Tab');
  assert.ok(!(await focused()).includes('src/'), 'Tab leaves the list');
  await page.keyboard.press('Shift+Tab');
  assert.match(await focused(), /src\/3\.ts:3$/, 'and comes back to where it was');
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await page.getByText('heldBack();').waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'The text that was held back');
  assert.match((await page.locator(':focus').textContent()) ?? '', /heldBack\(\);$/);
});

test('a row that is drawn anew keeps what is open and what has the focus', async () => {
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'Numbers');
  await page.keyboard.press('Enter');
  await page.locator('.numbers[open]').waitFor();
  await tell({ type: 'row', row: { ...held, text: 'heldBackAgain();', held: { p: 0.12, from: 0.15 } } });
  await page.getByText('heldBackAgain();').waitFor();
  assert.equal(await focused(), 'Numbers');
  assert.equal(await page.locator('.numbers').evaluate((each: HTMLDetailsElement) => each.open), true);
  assert.equal(await page.locator('.row > summary[tabindex="0"]').count(), 1);
  await tell({ type: 'row', row: { ...shown, id: 'new', path: 'src/new.ts' } });
  await page.getByText('src/new.ts:3').waitFor();
  assert.match(
    (await page.locator('.row > summary[tabindex="0"]').getAttribute('aria-label')) ?? '',
    /^held back, 12%/,
  );
});

test('the plan of an adaptation is read with what it is of, and is not read again with every step', async () => {
  const group = page.getByRole('group', { name: progress.title });
  await group.waitFor();
  assert.equal(await describedBy('.progress'), `${plan} Training`);
  assert.equal(await describedBy('progress'), 'Training');
  await page.locator('#progress-plan').evaluate((each) => each.setAttribute('data-before', ''));
  await tell({ type: 'state', state: { ...init.state, progress: { ...progress, detail: 'Training · 7 / 40' } } });
  await page.getByText('Training · 7 / 40').waitFor();
  assert.equal(await page.locator('#progress-plan[data-before]').textContent(), plan);
  await page.getByRole('button', { name: 'Cancel' }).focus();
  assert.equal(await focused(), 'Cancel');
  const later = 'This takes longer than was planned, the machine is slower now: 12 minutes left.';
  await tell({ type: 'state', state: { ...init.state, progress: { ...progress, plan: later } } });
  await page.getByText(later).waitFor();
  assert.equal(await focused(), 'Cancel', 'what has the focus keeps it');
});

test('a notice that stays keeps the focus and is not read again when another comes or goes', async () => {
  const unsnooze = { label: 'End Snooze', command: 'unsnooze' } as const;
  const snoozed = { kind: 'info', text: 'Snoozed.', action: unsnooze } as const;
  const other = { kind: 'warning', text: 'The API is not answering.' } as const;
  const notices = (...all: PanelState['notices']) => tell({ type: 'state', state: { ...init.state, notices: all } });
  await notices(snoozed);
  await page.getByRole('button', { name: 'End Snooze' }).focus();
  await page.locator('.notice').evaluate((each) => each.setAttribute('data-before', ''));
  await notices(snoozed, other);
  await page.getByText(other.text).waitFor();
  assert.equal(await focused(), 'End Snooze');
  await notices(other);
  await page.getByText('Snoozed.').waitFor({ state: 'detached' });
  await notices(snoozed, other);
  await page.getByText('Snoozed.').waitFor();
  assert.deepEqual(await page.locator('.notice').allTextContents(), ['Snoozed.End Snooze', other.text]);
  assert.equal(await page.locator('.notice[data-before]').count(), 0);
});
