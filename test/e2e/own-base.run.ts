// A GGUF file as the base: added in the editor, chosen, served by llama.cpp, named in the panel, and back after its
// process was killed. EASY_ADAPTATION_GGUF names another file than the tests' own, for a run by hand.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { needCodeServer } from '../../build/code-server.ts';
import { root } from '../../build/paths.ts';
import { unwrap } from '../../src/common/errors.ts';
import { exportModel } from '../../src/neural/models/export/export.ts';
import { launchBrowser } from '../support/browser.ts';
import { ourVsix } from '../support/vsix.ts';
import { Session } from './session.ts';

let browser: Browser;
let session: Session;
const folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-own-base-'));
const given = process.env.EASY_ADAPTATION_GGUF;
const gguf = given ?? join(folder, 'merged.gguf');
const engineMs = 10 * 60_000;

before(async () => {
  await needCodeServer();
  const small = join(root, 'models', 'small');
  const tokenizer = join(root, 'models', 'medium', 'tokenizer.json');
  if (given === undefined) unwrap(exportModel({ model: small, base: small, tokenizer, into: folder }));
  browser = await launchBrowser();
  session = await Session.start(browser, await ourVsix(folder));
});
after(async () => {
  await session?.stop();
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Each step needs the earlier ones. */
function step(name: string, body: () => Promise<void>): void {
  test(name, () => session.evidence(name, body));
}

const file = { path: 'src/activities/summarize/adapter.ts', line: 109, column: 12 };
/** A line that all adapters of this package share; both models know it. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: this is source text
const known = { start: '`${this.name}-', ghost: /^\$\{Date/ };
/** Only the neural model knows how this continues. */
const unknown =
  'export function mean(values: readonly number[]): number {\n  let total = 0;\n  for (const value of val';

/**
 * Types until the model completes. Each attempt types another name, because a cached answer would stay, into the file as
 * it was: the unclosed texts of many attempts would change what is completed.
 */
async function waitForModel(model: string): Promise<void> {
  const { editor } = session;
  let attempts = 0;
  await editor.eventually(
    `an answer of ${model}`,
    async () => {
      if (attempts > 0) await editor.command('File: Revert File');
      await editor.open(file.path, file.line, file.column);
      await editor.page.keyboard.press('End');
      await editor.type(`\nconst id${++attempts} = ${known.start}`);
      await editor.waitForGhost(known.ghost, 60_000);
      const [row] = session.rows('select model from completions order by at desc limit 1');
      assert.equal(row?.model, model);
    },
    engineMs,
  );
}

step('a GGUF file is added, timed and offered', async () => {
  const { editor } = session;
  await editor.eventually('Ready', async () => assert.match((await editor.ourStatus().textContent()) ?? '', /Ready/));
  await editor.open(file.path, file.line, file.column);
  await editor.command('Easy Adaptation: Choose the Base Model…');
  await editor.quickRow('Import a GGUF File…').waitFor();
  await editor.shot('20-bases');
  await editor.quickRow('Import a GGUF File…').click();
  await editor.quickInput().locator('.monaco-button:visible').filter({ hasText: 'Import' }).waitFor();
  const path = editor.quickInput().locator('input');
  await editor.eventually('the path in the dialog', async () => {
    // The dialog writes its own folder into the box when it is ready.
    assert.notEqual(await path.inputValue(), '');
    await path.fill(gguf);
    await editor.page.waitForTimeout(500);
    assert.equal(await path.inputValue(), gguf);
  });
  await editor.page.keyboard.press('Enter');
  const offer = editor.notifications().filter({ hasText: /for a line and .* for a new prompt/ });
  await offer.waitFor({ timeout: engineMs });
  await editor.shot('21-offered');
  await offer.getByText('Use It').click();
  await offer.waitFor({ state: 'detached' });
});

step('it completes, and the panel names it', async () => {
  const { editor } = session;
  await editor.command('Easy Adaptation: Show Panel');
  await editor.panel().getByText('chosen in the settings').first().waitFor({ timeout: engineMs });
  await waitForModel('base + n-gram');
  await editor.shot('22-completes');
  if (given !== undefined) {
    await editor.page.keyboard.press('Control+a');
    await editor.type(unknown);
    await editor.page.keyboard.press('Alt+Backslash');
    await editor.waitForGhost(/\S/);
    await editor.shot('22-neural');
  }
  await editor.command('File: Revert File');
});

step('after its process was killed it is back without an action', async () => {
  const { editor } = session;
  const killed = session.processId('engine.cjs');
  process.kill(killed, 'SIGKILL');
  await editor.shot('23-killed');
  await waitForModel('base + n-gram');
  assert.notEqual(session.processId('engine.cjs'), killed);
  await editor.panel().getByText('chosen in the settings').first().waitFor();
  await editor.shot('24-back');
});
