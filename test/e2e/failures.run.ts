// An API that fails in every way: the specialist goes on, one quiet status says what is wrong, only a refused key asks for the user.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { needCodeServer } from '../../build/code-server.ts';
import type { Failure } from '../fakes/messages-replies.ts';
import { SpecialistServer } from '../fakes/specialist-server.ts';
import { launchBrowser } from '../support/browser.ts';
import { ourVsix } from '../support/vsix.ts';
import { apiKey, Session } from './session.ts';

let browser: Browser;
let session: Session;
const folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-failures-'));

/** The specialist knows what follows; with the API first, the API is asked all the same. */
const position = { file: 'src/activities/generateImage/adapter.ts', line: 128, column: 12 };
/** It is cut where the specialist doubts, which the outcomes before have a say in. */
const known = /^\$\{Date\.now\(\)\}/;

before(async () => {
  await needCodeServer();
  browser = await launchBrowser();
  session = await Session.start(browser, await ourVsix(folder), {
    'easyAdaptation.balance': 1,
    'easyAdaptation.apiDebounceMin': 0,
    'easyAdaptation.apiTimeout': 2000,
  });
  const { editor } = session;
  await session.evidence('failures-begin', async () => {
    await editor.eventually('Ready', async () => assert.match((await editor.ourStatus().textContent()) ?? '', /Ready/));
    await editor.command('Easy Adaptation: Set API Key');
    await editor.quickInput().locator('input[type=password]').waitFor();
    await editor.answer(apiKey);
    await editor.dialog().getByRole('button', { name: 'Allow for This Folder' }).click();
    await editor.dialog().waitFor({ state: 'detached' });
    await editor.open(position.file, position.line, position.column);
  });
});
after(async () => {
  await session?.stop();
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

let round = 0;

/** Writes the method anew under another name, so that no cache knows the place; the cursor ends in its first line. */
async function writeAnew(): Promise<void> {
  const { keyboard } = session.editor.page;
  round++;
  for (const key of ['End', 'Shift+ArrowUp', 'Shift+Home']) await keyboard.press(key);
  await session.editor.type(`protected round${round}(): string {\nreturn \`\${this.name}-`);
}

/** Writes anew until the API was asked: after a failure it is left alone for a while. */
async function ask(): Promise<void> {
  const { editor, api } = session;
  const asked = api.requests.length;
  await editor.eventually('a call', async () => {
    await writeAnew();
    const until = performance.now() + 1500;
    while (api.requests.length === asked && performance.now() < until) await editor.page.waitForTimeout(50);
    assert.ok(api.requests.length > asked, 'the API was asked');
  });
}

/** Asks until an answer of the API is shown: on a slow machine one may come after its time is up. */
async function answersAgain(): Promise<void> {
  const { editor } = session;
  await editor.eventually('an answer of the API', async () => {
    await ask();
    await editor.waitForGhost(/^fromTheApi\(\)/, 10_000);
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
  test(`${mode}: the specialist answers, the status warns, nothing pops up; then it recovers by itself`, () =>
    session.evidence(mode, async () => {
      const { editor, api } = session;
      api.reset();
      api.fail(mode);
      await ask();
      await editor.waitForGhost(known);
      await warns();
      assert.equal(await editor.notifications().count(), 0);
      api.reset();
      api.answerWith('fromTheApi()}`');
      await answersAgain();
      await isWell();
      // Taken, because several rejections in a row make the extension quieter.
      await editor.page.keyboard.press('Tab');
    }));
}

test('no network: the specialist answers, nothing pops up', () =>
  session.evidence('no-network', async () => {
    const { editor } = session;
    await session.unplug();
    await editor.eventually('the warning', async () => {
      await writeAnew();
      await editor.waitForGhost(known);
      assert.equal(await editor.ourStatus().locator('.codicon-warning').count(), 1);
    });
    await editor.shot('10-no-network');
    assert.equal(await editor.notifications().count(), 0);
    await session.plugIn();
    session.api.answerWith('fromTheApi()}`');
    await answersAgain();
    await isWell();
    await editor.page.keyboard.press('Tab');
  }));

test('401: one message with Set API Key, however often it is asked', () =>
  session.evidence('unauthorized', async () => {
    const { editor, api } = session;
    api.reset();
    api.acceptOnly('another key');
    await ask();
    await editor.waitForGhost(known);
    const message = editor.notifications().filter({ hasText: 'key was refused' });
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
    await answersAgain();
  }));

test('a specialist served elsewhere drafts once it may; while its server is away this machine does, and says so', () =>
  session.evidence('served', async () => {
    const { editor } = session;
    await session.unplug();
    const server = await SpecialistServer.start('tuned');
    server.answer = 'fromElsewhere()}`';
    await editor.command('Easy Adaptation: Serve the Local Model Elsewhere…');
    await editor.quickInput().locator('input').waitFor();
    await editor.answer(server.url);
    await editor.quickRow('Without a key').click();
    await editor.quickRow('tuned').click();
    const allow = editor.dialog().getByRole('button', { name: 'Allow for This Folder' });
    await allow.waitFor();
    await editor.shot('12-served-consent');
    assert.deepEqual(server.prompts, [], 'nothing was sent before');
    await allow.click();
    await editor.dialog().waitFor({ state: 'detached' });
    await editor.eventually('a draft of the server', async () => {
      await writeAnew();
      await editor.waitForGhost(/^fromElsewhere\(\)/, 10_000);
    });
    assert.match(server.prompts.at(-1) ?? '', /return `\$\{this\.name\}-$/);
    await editor.command('Easy Adaptation: Show Panel');
    await editor.panel().getByText('tuned (served)').first().waitFor();
    await server.close();
    await editor.open(position.file, position.line, position.column);
    await editor.eventually('a draft of this machine', async () => {
      await writeAnew();
      await editor.waitForGhost(known, 10_000);
      await editor
        .panel()
        .getByText(/does not answer, so this machine completes/)
        .waitFor({ timeout: 1_000 });
    });
    await editor.shot('13-served-away');
    await session.plugIn();
  }));
