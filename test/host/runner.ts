// Starts an extension host with our package and the driver, runs one suite in it, and reports its results.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { installExtension, makeProfile, startWorkbench, type Workbench } from '../../build/code-server.ts';
import { MessagesServer } from '../fakes/messages-server.ts';
import { keepEvidence, type OpenedPage, openPage } from '../support/browser.ts';
import { stillRunning } from '../support/processes.ts';
import { environmentOf, steadyMachine, steadySettings } from '../support/steady.ts';
import { logsOf } from '../support/stored.ts';
import { desktopVersion, runInDesktop } from './electron.ts';
import { hangMs, type Plan, planVariable, type ResultLine } from './harness.ts';

export interface SuiteRun {
  readonly suite: string;
  /** Writes the project into this new folder; returns what to open: `?folder=...` or `?workspace=...`. */
  readonly prepare: (folder: string) => { readonly folder: string } | { readonly workspace: string };
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Starts in Restricted Mode. In code-server the suite can ask for trust later. */
  readonly untrusted?: boolean;
  /** Environment of the workbench. `folder` is the one that `prepare` got. */
  readonly env?: (folder: string) => Record<string, string>;
}

/** Enough steps that a test can kill the training in the middle. */
const trainingSteps = 8;

export const storageIn = (userData: string) =>
  join(userData, 'User', 'globalStorage', 'easy-adaptation.easy-adaptation');

/** Runs in code-server, or without `browser` in a desktop VS Code. Each test of the suite becomes a subtest of `t`. */
export async function runSuite(
  t: TestContext,
  packages: { readonly ours: string; readonly driver: string; readonly driverFolder: string },
  browser: Browser | undefined,
  run: SuiteRun,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-host-'));
  const api = await MessagesServer.start();
  const profile = makeProfile(join(folder, 'profile'), {
    'easyAdaptation.baseUrl': api.url,
    ...steadySettings,
    ...run.settings,
  });
  const planFile = join(folder, 'plan.json');
  const plan: Plan = {
    suite: run.suite,
    only: process.env.EASY_ADAPTATION_ONLY ?? '',
    results: join(folder, 'results.jsonl'),
    apiUrl: api.url,
    storage: storageIn(profile.userData),
    settingsFile: join(profile.userData, 'User', 'settings.json'),
    trustsOnRequest: run.untrusted === true && browser !== undefined,
  };
  writeFileSync(planFile, JSON.stringify(plan));
  const opened = run.prepare(join(folder, 'project'));
  const env = {
    [planVariable]: planFile,
    ...steadyMachine(trainingSteps),
    ...environmentOf({ startsAtOnce: 1 }),
    ...run.env?.(join(folder, 'project')),
  };
  let workbench: Workbench | undefined;
  let page: OpenedPage | undefined;
  let killed: string[] = [];
  let lines: ResultLine[] = [];
  try {
    if (browser === undefined) {
      await runInDesktop({
        version: desktopVersion ?? 'stable',
        profile,
        driverFolder: packages.driverFolder,
        env,
        opened: 'folder' in opened ? opened.folder : opened.workspace,
        trustAll: !run.untrusted,
      });
    } else {
      await installExtension(profile, packages.ours);
      await installExtension(profile, packages.driver);
      workbench = await startWorkbench(profile, { trustAll: !run.untrusted, env });
      page = await openPage(browser, `${workbench.url}/?${new URLSearchParams({ ...opened })}`);
      if (plan.trustsOnRequest) pressTrust(page);
    }
    lines = await resultsOf(plan.results);
    for (const line of lines) {
      if (line.kind === 'note') t.diagnostic(line.text);
      if (line.kind !== 'test') continue;
      await t.test(line.name, () => {
        if (!line.ok) throw new Error(line.error);
      });
    }
    const ended = lines.find((line) => line.kind === 'end');
    if (ended === undefined || ended.tests === 0) throw new Error('the suite did not run to its end');
  } finally {
    const good = lines.some((line) => line.kind === 'end') && lines.every((line) => line.kind !== 'test' || line.ok);
    if (!good) await keepEvidence(`host-${run.suite}`, page, workbench, logsOf(profile.userData));
    await page?.page.close();
    killed = (await workbench?.stop()) ?? [];
    await api.close();
  }
  await t.test('after the window closes, no process is left and the store is intact', async () => {
    const after = await stillRunning(({ args }) => args.includes(folder));
    const outlived = [...killed.filter((args) => args.includes(folder)), ...after.map(({ args }) => args)];
    assert.deepEqual(outlived, []);
    const database = new DatabaseSync(join(plan.storage, 'store.sqlite'));
    const verdict = database.prepare('PRAGMA integrity_check').get();
    database.close();
    assert.deepEqual({ ...verdict }, { integrity_check: 'ok' });
  });
  rmSync(folder, { recursive: true, force: true });
}

/** Presses the button of the trust editor whenever it opens. An extension cannot do that. */
function pressTrust({ page }: OpenedPage): void {
  page
    .locator('.workspace-trust-editor .workspace-trust-buttons-row .monaco-button')
    .filter({ hasText: /^Trust/ })
    .first()
    .click({ timeout: 0 })
    // The window was closed before the trust editor opened.
    .catch(() => {});
}

/** Waits for the last line. */
async function resultsOf(path: string): Promise<ResultLine[]> {
  let lines: ResultLine[] = [];
  let grewAt = performance.now();
  // Without a new result for this time, the host has ended or hangs.
  while (performance.now() - grewAt < hangMs + 60_000) {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const whole = text.split('\n').slice(0, -1);
    if (whole.length > lines.length) {
      lines = whole.map((line) => JSON.parse(line) as ResultLine);
      grewAt = performance.now();
    }
    if (lines.at(-1)?.kind === 'end') break;
    await sleep(100);
  }
  return lines;
}
