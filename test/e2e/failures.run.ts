// An API that fails in every way: the specialist goes on, one quiet status says what is wrong, only a refused key asks for the user.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { needCodeServer } from '../../build/code-server.ts';
import type { Failure } from '../fakes/messages-replies.ts';
import { launchBrowser } from '../support/browser.ts';
import { ourVsix } from '../support/vsix.ts';
import { apiKey, Session } from './session.ts';

let browser: Browser;
let session: Session;
const folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-failures-'));

/** The specialist knows what follows; with the API first, the API is asked all the same. */
const place = { file: 'src/activities/generateImage/adapter.ts', line: 128, column: 12 };
const known = /^\$\{Date\.now\(\)\}-\$\{Math\.random\(\)/;

before(async () => {
  await needCodeServer();
  browser = await launchBrowser();
  session = await Session.start(browser, await ourVsix(folder), {
    'easyAdaptation.balance': 1,
    'easyAdaptation.apiDebounceMin': 0,
  });
  const { editor } = session;
  await session.evidence('failures-begin', async () => {
    await editor.eventually('Ready', async () => assert.match((await editor.ourStatus().textContent()) ?? '', /Ready/));
    await editor.command('Easy Adaptation: Set API Key');
    await editor.quickInput().locator('input[type=password]').waitFor();
    await editor.answer(apiKey);
    await editor.dialog().getByRole('button', { name: 'Allow for This Folder' }).click();
    await editor.dialog().waitFor({ state: 'detached' });
    await editor.open(place.file, place.line, place.column);
  });
});
after(async () => {
  await session?.stop();
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

let round = 0;

/** Types at the place anew, with a text before the cursor that no cache knows; the API is asked again at once. */
async function typeAnew(): Promise<void> {
  const { editor } = session;
  round++;
  // A changed setting closes the circuit breaker: each mode is met by a fresh call.
  session.set({ 'easyAdaptation.apiTimeout': 2000 + round });
  const asked = session.api.requests.length;
  await editor.eventually('a call', async () => {
    await editor.page.keyboard.press('Home');
    await editor.page.keyboard.press('Shift+End');
    await editor.type(`return \`\${round${round}}-\${this.name}-`);
    const until = performance.now() + 3000;
    while (session.api.requests.length === asked && performance.now() < until) await editor.page.waitForTimeout(50);
    assert.ok(session.api.requests.length > asked, 'the API was asked');
  });
}

/** Our item warns, and its tooltip and the panel say why. */
async function warns(): Promise<void> {
  const { editor } = session;
  await editor.eventually('the warning', async () => {
    assert.equal(await editor.ourStatus().locator('.codicon-warning').count(), 1);
  });
}

async function isWell(): Promise<void> {
  const { editor } = session;
  await editor.eventually('no warning', async () => {
    assert.equal(await editor.ourStatus().locator('.codicon-warning').count(), 0);
  });
}

const quietModes: readonly Failure[] = [
  'rate-limited',
  'server-error',
  'overloaded',
  'stall-before-headers',
  'stall-in-stream',
  'malformed-sse',
  'wrong-json',
  'html-page',
  'truncated',
  'reset',
];

for (const mode of quietModes) {
  test(`${mode}: the specialist answers, the status warns, nothing pops up`, () =>
    session.evidence(mode, async () => {
      session.api.reset();
      session.api.fail(mode);
      await typeAnew();
      await session.editor.waitForGhost(known);
      await warns();
      assert.equal(await session.editor.notifications().count(), 0);
    }));
}

test('it recovers by itself: an answer clears the warning', () =>
  session.evidence('recovers', async () => {
    session.api.reset();
    session.api.answerWith('fromTheApi()}`');
    await typeAnew();
    await session.editor.waitForGhost(/^fromTheApi\(\)/);
    await isWell();
  }));

test('no network: the specialist answers, nothing pops up', () =>
  session.evidence('no-network', async () => {
    const { editor, api } = session;
    // Nobody listens on the discard port. Another host needs a new consent.
    session.set({ 'easyAdaptation.baseUrl': 'http://127.0.0.1:9' });
    await editor.command('Easy Adaptation: Allow the API in This Folder');
    await editor.dialog().getByRole('button', { name: 'Allow for This Folder' }).click();
    await editor.dialog().waitFor({ state: 'detached' });
    await editor.page.keyboard.press('Home');
    await editor.page.keyboard.press('Shift+End');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
    await editor.type('return `${offline}-${this.name}-');
    await editor.waitForGhost(known);
    await warns();
    await editor.shot('10-no-network');
    assert.equal(await editor.notifications().count(), 0);
    session.set({ 'easyAdaptation.baseUrl': api.url });
    await isWell();
  }));

test('401: one message with Set API Key, however often it is asked', () =>
  session.evidence('unauthorized', async () => {
    const { editor, api } = session;
    await editor.command('Easy Adaptation: Allow the API in This Folder');
    await editor.dialog().getByRole('button', { name: 'Allow for This Folder' }).click();
    await editor.dialog().waitFor({ state: 'detached' });
    api.reset();
    api.acceptOnly('another key');
    await typeAnew();
    await editor.waitForGhost(known);
    const message = editor.notifications().filter({ hasText: 'does not take the key' });
    await message.waitFor();
    await editor.shot('11-bad-key');
    await editor.page.keyboard.press('End');
    await editor.type(';');
    assert.equal(await editor.notifications().count(), 1);
    assert.equal(api.requests.length, 1, 'a refused key is not tried again');
    await message.getByText('Set API Key').click();
    await editor.quickInput().locator('input[type=password]').waitFor();
    api.acceptOnly(undefined);
    api.answerWith('fromTheApi()}`');
    await editor.answer(`${apiKey}2`);
    await isWell();
    await typeAnew();
    await editor.waitForGhost(/^fromTheApi\(\)/);
  }));
