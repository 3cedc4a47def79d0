// One end-to-end session: the packaged extension in code-server on a copy of a real package, a browser, and the fake
// API.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { installExtension, makeProfile, needCodeServer, startWorkbench } from '../../build/code-server.ts';
import { must } from '../../build/proc.ts';
import type { AdaptReport } from '../../src/adapt/report/adapt-report.ts';
import type { Tuning } from '../../src/common/tuning.ts';
import { TASKS_FOLDER } from '../../src/text-tasks/task-file.ts';
import { MessagesServer } from '../fakes/messages-server.ts';
import { storageIn } from '../host/runner.ts';
import { keepEvidence, launchBrowser, openPage } from '../support/browser.ts';
import { npmPackage } from '../support/project.ts';
import { environmentOf, steadyMachine, steadySettings } from '../support/steady.ts';
import { logsOf, rows } from '../support/stored.ts';
import { writeIn } from '../support/tree.ts';
import { ourVsix } from '../support/vsix.ts';
import { Editor } from './editor.ts';

/** The package that the tests work in. */
const subject = { name: '@tanstack/ai', version: '0.58.0' };

/** An invented key of a plausible length. */
export const apiKey = ['sk', 'ant', 'test', 'q7Zk2mVw9RtY4xNcL8'].join('-');

/** Enough steps to improve the model on this package. */
const trainingSteps = 40;

/** Settings that make the tests independent of other extensions and of the machine's speed. */
const steady = {
  'window.autoDetectColorScheme': true,
  'workbench.preferredDarkColorTheme': 'Default Dark Modern',
  'workbench.preferredLightColorTheme': 'Default Light Modern',
  // The TypeScript server opens the suggestion list at unpredictable times.
  'editor.quickSuggestions': { other: 'off', comments: 'off', strings: 'off' },
  'editor.suggestOnTriggerCharacters': false,
  'editor.parameterHints.enabled': false,
  'editor.autoClosingBrackets': 'never',
  'editor.autoClosingQuotes': 'never',
  'editor.minimap.enabled': false,
  // On a slow machine the workbench may move the focus after a list has opened, which would close it.
  'workbench.quickOpen.closeOnFocusLost': false,
  'typescript.validate.enable': false,
};

export type Session = Awaited<ReturnType<typeof startSession>>;

/**
 * Begins the session of a file's tests, which ends after them.
 * @param window `busy`: see openPage; `files` are written, and `prepare` is called, before the editor starts
 */
export async function startSession(
  settings: Readonly<Record<string, unknown>> = {},
  {
    busy = false,
    files = {},
    prepare,
    tuning = {},
    env = {},
    under = [],
  }: {
    readonly busy?: boolean;
    readonly files?: Readonly<Record<string, string>>;
    readonly prepare?: (project: string, storage: string) => void;
    readonly tuning?: Partial<Tuning>;
    readonly env?: NodeJS.ProcessEnv;
    /** See StartOptions of build/code-server.ts. */
    readonly under?: readonly string[];
  } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-e2e-'));
  const ends: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  after(stop);
  try {
    await needCodeServer();
    const browser = await launchBrowser();
    ends.push(() => browser.close());
    const project = join(folder, 'tanstack-ai');
    const source = await npmPackage(subject.name, subject.version);
    // Only the sources, as in a repository.
    for (const name of ['src', 'package.json', 'README.md', 'LICENSE'])
      if (existsSync(join(source, name))) cpSync(join(source, name), join(project, name), { recursive: true });
    await must('git', ['init', '-q'], { cwd: project });
    let api = await MessagesServer.start();
    const apiUrl = api.url;
    ends.push(() => api.close());
    const profile = makeProfile(join(folder, 'profile'), {
      ...steady,
      'easyAdaptation.baseUrl': apiUrl,
      ...steadySettings,
      ...settings,
    });
    const { userData } = profile;
    const storage = storageIn(userData);
    for (const [path, text] of Object.entries(files)) writeIn(project, path, text);
    prepare?.(project, storage);
    await installExtension(profile, await ourVsix(folder));
    const workbench = await startWorkbench(profile, {
      env: { ...env, ...steadyMachine(trainingSteps), ...environmentOf(tuning) },
      under,
    });
    ends.push(() => workbench.stop());
    const opened = await openPage(browser, workbench.folderUrl(project), { busy });
    ends.push(() => opened.page.close());

    return {
      folder,
      project,
      userData,
      /** Ends workbench and browser before the file's other tests have run. */
      stop,
      editor: new Editor(opened.page),
      get api() {
        return api;
      },
      /** Stops the fake API, as if the network failed. */
      unplug: () => api.close(),
      /** Starts the fake API again at the same address, in its initial state. */
      async plugIn(): Promise<void> {
        api = await MessagesServer.start(Number(new URL(apiUrl).port));
      },
      rows: (sql: string) => rows(storage, sql),
      /** The stored labels and answers of a text task, oldest first. */
      answers: (task: string) =>
        readFileSync(join(project, TASKS_FOLDER, `${task}.answers.jsonl`), 'utf8')
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as { text: string; label: string; by: string; form?: string }),
      /** The report of the last stored adaptation. */
      report(): AdaptReport {
        const [row] = rows(storage, 'select report from adaptations order by finishedAt desc limit 1');
        return JSON.parse(String(row?.report)) as AdaptReport;
      },
      /** The id of the extension's process whose command line contains `argument`. */
      processId(argument: string): number {
        const lines = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n');
        const line = lines.find((text) => text.includes(profile.extensions) && text.includes(argument));
        if (line === undefined) throw new Error(`no process of the extension has ${argument}`);
        return Number.parseInt(line, 10);
      },
      /** The extension's log. */
      logged: () => logsOf(userData),
      /** The names of the profile's files (settings, state, logs, our storage) that contain a text. */
      filesContaining: (text: string) =>
        readdirSync(userData, { recursive: true, encoding: 'utf8' }).filter((name) => {
          const path = join(userData, name);
          return statSync(path).isFile() && readFileSync(path).includes(text);
        }),
      /** Defines a test. If it fails, a picture and the logs are kept. */
      step(name: string, body: () => Promise<void>): void {
        void test(name, async () => {
          try {
            await body();
          } catch (error) {
            await keepEvidence(`failed-${name}`, opened, workbench, logsOf(userData));
            throw error;
          }
        });
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
