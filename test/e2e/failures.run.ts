// Failures of the large model: the local model completes, and the status bar warns. Only a refused key shows a message.
import assert from 'node:assert/strict';
import { apiKey, startSession } from './session.ts';

/** The local model knows the continuation here. With a balance of 1 the large model is called all the same. */
const position = { file: 'src/activities/generateImage/adapter.ts', line: 128, column: 12 };
/** The beginning of the local draft. Its length depends on earlier outcomes. */
const localDraft = /^\$\{Date/;

const session = await startSession({ 'easyAdaptation.balance': 1, 'easyAdaptation.apiTimeout': 2000 });
const { editor, step } = session;

step('the large model is allowed', async () => {
  await editor.ready();
  await editor.setKey(apiKey);
  await editor.allowFolder();
  await editor.open(position.file, position.line, position.column);
});

let round = 0;

/** Writes the method again under another name, so that nothing is cached. The cursor ends in its first line. */
async function rewrite(literal = `\${this.name}-`): Promise<void> {
  const { keyboard } = editor.page;
  round++;
  for (const key of ['End', 'Shift+ArrowUp', 'Shift+Home']) await keyboard.press(key);
  await editor.type(`protected round${round}(): string {\nreturn \`${literal}`);
}

/** Rewrites until the large model was called: after a failure it is not called for a while. */
async function causeCall(): Promise<void> {
  const { api } = session;
  const callsBefore = api.requests.length;
  await editor.eventually('a call', async () => {
    await rewrite();
    const until = performance.now() + 1500;
    while (api.requests.length === callsBefore && performance.now() < until) await editor.page.waitForTimeout(50);
    assert.ok(api.requests.length > callsBefore, 'the API was called');
  });
}

/** Calls until an answer of the large model is shown: on a slow machine one may exceed its time limit. */
async function waitForAnswer(): Promise<void> {
  await editor.eventually('an answer of the API', async () => {
    await causeCall();
    await editor.waitForGhost(/^fromTheApi\(\)/, 10_000);
  });
}

const warns = async (count: 0 | 1) =>
  editor.eventually(`${count} warnings`, async () =>
    assert.equal(await editor.ourStatus().locator('.codicon-warning').count(), count),
  );

// One that the server says, and one that ends by our timeout: llm/provider-failures.test.ts has all.
for (const mode of ['overloaded', 'stall-in-stream'] as const) {
  step(`${mode}: the local model completes, the status bar warns without a message, and calls recover`, async () => {
    const { api } = session;
    api.reset();
    api.fail(mode);
    await causeCall();
    await editor.waitForGhost(localDraft);
    await warns(1);
    assert.equal(await editor.notifications().count(), 0);
    api.reset();
    api.answerWith('fromTheApi()}`');
    await waitForAnswer();
    await warns(0);
    // Accepted, because several rejections in a row would raise the display threshold.
    await editor.page.keyboard.press('Tab');
  });
}

step('no network: the local model completes without a message', async () => {
  await session.unplug();
  await editor.eventually('the warning', async () => {
    await rewrite();
    await editor.waitForGhost(localDraft);
    assert.equal(await editor.ourStatus().locator('.codicon-warning').count(), 1);
  });
  await editor.shot('10-no-network');
  assert.equal(await editor.notifications().count(), 0);
  await session.plugIn();
  session.api.answerWith('fromTheApi()}`');
  await waitForAnswer();
  await warns(0);
  await editor.page.keyboard.press('Tab');
});

step('a refused key shows one message, and setting another key recovers', async () => {
  const { api } = session;
  api.reset();
  api.acceptOnly('another key');
  await causeCall();
  await editor.waitForGhost(localDraft);
  await editor.notifications().filter({ hasText: 'key was refused' }).waitFor();
  await editor.shot('11-bad-key');
  await editor.page.keyboard.press('End');
  await editor.type(';');
  // VS Code may have hidden the first one.
  assert.ok((await editor.notifications().count()) <= 1);
  assert.equal(api.requests.length, 1, 'a refused key is not tried again');
  await editor.pressInNotification('key was refused', 'Set API Key');
  await editor.quickInput().locator('input[type=password]').waitFor();
  api.acceptOnly(undefined);
  api.answerWith('fromTheApi()}`');
  await editor.answer(`${apiKey}2`);
  await warns(0);
  await waitForAnswer();
});
