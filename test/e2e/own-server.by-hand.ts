// A whole run with a real server as the large model: chosen, tried, allowed, its answers at positions of the folder
// (the server is killed in the middle), the router, the report, and completions of both models. No part of `npm test`,
// which has no server:
//
//   EASY_ADAPTATION_SERVER='llama-server -m qwen2.5-coder-1.5b-instruct-q4_k_m.gguf --port {port}' \
//     node build/run.mjs test/e2e/own-server.by-hand.ts
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { needCodeServer } from '../../build/code-server.ts';
import { launchBrowser } from '../support/browser.ts';
import { ourVsix } from '../support/vsix.ts';
import { Server } from './own-server.ts';
import { Session } from './session.ts';

let browser: Browser;
let server: Server;
let session: Session;
const folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-own-server-'));
/** Of the adaptation. A server on two cores takes half a minute for each. */
const calls = 12;
/** Limit of a step: only one that hangs takes so long. */
const stepMs = 40 * 60_000;
/** How long the server stays away after it was killed. */
const awayMs = 5_000;

/** Leaves 39 small files of the package. */
function keepSmallFiles(project: string): void {
  const source = join(project, 'src');
  for (const name of readdirSync(source))
    if (name !== 'activities' && name !== 'byok') rmSync(join(source, name), { recursive: true });
  rmSync(join(source, 'activities', 'chat'), { recursive: true });
}

before(async () => {
  await needCodeServer();
  server = await Server.start();
  browser = await launchBrowser();
  const settings = { 'easyAdaptation.apiTimeout': 60_000 };
  const tuning = { maxPositions: calls };
  session = await Session.start(browser, await ourVsix(folder), settings, { prepare: keepSmallFiles, tuning });
});
after(async () => {
  await session?.stop();
  await browser?.close();
  await server?.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** Each step needs the earlier ones. */
function step(name: string, body: () => Promise<void>): void {
  test(name, () => session.evidence(name, body));
}

const notification = (text: RegExp) => session.editor.notifications().filter({ hasText: text });

/** Hashes of the stored answers for the adaptation; a broken answer has none of its own. */
function answered(): string[] {
  const rows = session.rows("select requestHash from llmCalls where purpose = 'labelling'");
  return rows.map(({ requestHash }) => String(requestHash)).filter((hash) => !hash.startsWith('partial:'));
}

step('the server is found, tried and allowed in the folder', async () => {
  const { editor } = session;
  await editor.eventually('Ready', async () => assert.match((await editor.ourStatus().textContent()) ?? '', /Ready/));
  await editor.command('Easy Adaptation: Choose the Large Model…');
  await editor.quickInput().getByText('(1 of 3)').waitFor();
  await editor.quickInput().locator('input').fill('llama.cpp');
  await editor.quickRow("llama.cpp's server").click();
  await editor.quickInput().getByText('address of').waitFor();
  await editor.answer(server.url);
  await editor.shot('40-models');
  await editor.quickRow(/qwen|coder/i).click();
  const tried = notification(/answered in \d+ ms/);
  await tried.waitFor({ timeout: stepMs });
  await editor.shot('41-tried');
  await tried.getByText('Use This Model').click();
  const allow = editor.dialog().getByRole('button', { name: 'Allow for This Folder' });
  await allow.waitFor();
  await editor.shot('42-consent');
  await allow.click();
  await editor.dialog().waitFor({ state: 'detached' });
  await editor.dismissNotifications();
});

step('an adaptation loses no answer to the death of the server', async () => {
  const { editor } = session;
  await editor.command('Easy Adaptation: Show Panel');
  await editor.command('Easy Adaptation: Adapt to This Repo');
  const include = editor.dialog().getByRole('button', { name: 'Include the Large Model' });
  await include.waitFor({ timeout: stepMs });
  await editor.shot('43-plan');
  await include.click();
  const first = async (count: number) => {
    await editor.eventually(`${count} answers`, async () => assert.ok(answered().length >= count), stepMs);
  };
  await first(4);
  await editor.shot('44-asking');
  await server.kill();
  const before = answered();
  await editor.page.waitForTimeout(awayMs);
  await editor.shot('45-killed');
  await server.up();
  await first(before.length + 1);
  await notification(/(Kept|Not kept): /)
    .first()
    .waitFor({ timeout: stepMs });
  await editor.shot('46-adapted');
  const report = session.report();
  const all = answered();
  assert.equal(new Set(all).size, all.length, 'nothing was answered twice');
  assert.deepEqual(
    before.filter((hash) => !all.includes(hash)),
    [],
  );
  assert.equal(all.length, calls, `${report.notes.join(' ')}`);
  assert.equal(report.paid?.answers, calls);
  assert.equal(report.api?.failed, 0);
  assert.ok((report.router?.apiExamples ?? 0) > 0, 'the router knows answers');
});

step('the report compares both models', async () => {
  const { editor } = session;
  await editor.dismissNotifications();
  await editor.page.setViewportSize({ width: 1280, height: 1400 });
  await editor.command('Easy Adaptation: Show Adaptations');
  await editor.quickRow('tanstack-ai').click();
  const page = editor.panel(1);
  await page.getByText('What it brought').waitFor();
  await page.getByText('Choosing the balance').waitFor();
  await editor.shot('47-report');
  await editor.page.setViewportSize({ width: 1280, height: 800 });
  await editor.command('View: Close Editor');
});

step('both models complete, and the panel names them', async () => {
  const { editor } = session;
  await editor.open('src/byok/errors.ts', 1, 1);
  await editor.page.keyboard.press('Control+End');
  const written =
    'export function mean(values: readonly number[]): number {\n  let total = 0;\nfor (const value of values) ';
  await editor.type(`\n${written}`);
  let attempts = 0;
  await editor.eventually(
    'a completion of the server',
    async () => {
      if (attempts++ > 0) await editor.type(`\nconst mean${attempts} = mean([`);
      // While one types, an answer after more than two seconds waits for the next key.
      await editor.page.keyboard.press('Alt+Backslash');
      await editor.waitForGhost(/\S/, 60_000);
      const [row] = session.rows("select model from completions where source = 'api' order by at desc limit 1");
      assert.ok(row);
    },
    stepMs,
  );
  await editor.shot('48-server');
  await editor.command('File: Revert File');
  await editor.open('src/activities/summarize/adapter.ts', 109, 12);
  await editor.page.keyboard.press('Shift+End');
  await editor.page.keyboard.press('Delete');
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is source text
  await editor.type('`${this.name}-');
  await editor.waitForGhost(/^\$\{Date/);
  await editor.command('Easy Adaptation: Show Panel');
  for (const source of ['api', 'specialist'])
    await editor.panel().locator(`details.source-${source}`).first().waitFor();
  await editor.shot('49-panel');
  const models = session.rows('select distinct source, model from completions');
  assert.ok(
    models.some(({ source, model }) => source === 'api' && /qwen|coder/i.test(String(model))),
    JSON.stringify(models),
  );
  await editor.command('File: Revert File');
});
