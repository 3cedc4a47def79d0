// One end-to-end session: the packaged extension in code-server on a copy of a real package, a browser, and the fake API.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import {
  installExtension,
  makeProfile,
  needCodeServer,
  type Profile,
  startWorkbench,
  type Workbench,
} from '../../build/code-server.ts';
import { must } from '../../build/proc.ts';
import type { AdaptReport } from '../../src/adapt/report/types.ts';
import type { Tuning } from '../../src/common/tuning.ts';
import { MessagesServer } from '../fakes/messages-server.ts';
import { storageIn } from '../host/runner.ts';
import { keepEvidence, launchBrowser, type OpenedPage, openPage } from '../support/browser.ts';
import { npmPackage } from '../support/project.ts';
import { environmentOf, steadyMachine, steadySettings } from '../support/steady.ts';
import { logsOf, rows } from '../support/stored.ts';
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

/** A user's key binding, beside the command's default key. */
const lineKey = {
  key: 'ctrl+alt+right',
  command: 'easyAdaptation.acceptLine',
  when: 'inlineSuggestionVisible && easyAdaptation.suggesting',
};

export class Session {
  readonly folder: string;
  readonly project: string;
  api: MessagesServer;
  readonly profile: Profile;
  readonly editor: Editor;
  private readonly workbench: Workbench;
  private readonly opened: OpenedPage;
  private readonly apiUrl: string;

  private constructor(parts: {
    folder: string;
    project: string;
    api: MessagesServer;
    profile: Profile;
    workbench: Workbench;
    opened: OpenedPage;
  }) {
    this.folder = parts.folder;
    this.project = parts.project;
    this.api = parts.api;
    this.profile = parts.profile;
    this.workbench = parts.workbench;
    this.opened = parts.opened;
    this.apiUrl = parts.api.url;
    this.editor = new Editor(parts.opened.page);
  }

  static async start(
    browser: Browser,
    vsix: string,
    settings: Readonly<Record<string, unknown>> = {},
    window: {
      readonly busy?: boolean;
      /** Called before the editor starts. */
      readonly prepare?: (project: string, storage: string) => void;
      readonly tuning?: Partial<Tuning>;
    } = {},
  ): Promise<Session> {
    const folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-e2e-'));
    const project = join(folder, 'tanstack-ai');
    const source = await npmPackage(subject.name, subject.version);
    // Only the sources, as in a repository.
    for (const name of ['src', 'package.json', 'README.md', 'LICENSE']) {
      if (existsSync(join(source, name))) cpSync(join(source, name), join(project, name), { recursive: true });
    }
    await must('git', ['init', '-q'], { cwd: project });
    const api = await MessagesServer.start();
    const profile = makeProfile(join(folder, 'profile'), {
      ...steady,
      'easyAdaptation.baseUrl': api.url,
      ...steadySettings,
      ...settings,
    });
    window.prepare?.(project, storageIn(profile.userData));
    writeFileSync(join(profile.userData, 'User', 'keybindings.json'), JSON.stringify([lineKey]));
    await installExtension(profile, vsix);
    const workbench = await startWorkbench(profile, {
      env: { ...steadyMachine(trainingSteps), ...environmentOf(window.tuning ?? {}) },
    });
    const opened = await openPage(browser, workbench.folderUrl(project), window);
    return new Session({ folder, project, api, profile, workbench, opened });
  }

  /** Stops the fake API, as if the network failed. */
  unplug(): Promise<void> {
    return this.api.close();
  }

  /** Starts the fake API again at the same address, in its initial state. */
  async plugIn(): Promise<void> {
    this.api = await MessagesServer.start(Number(new URL(this.apiUrl).port));
  }

  get storage(): string {
    return storageIn(this.profile.userData);
  }

  rows(sql: string): Record<string, unknown>[] {
    return rows(this.storage, sql);
  }

  /** The report of the last stored adaptation. */
  report(): AdaptReport {
    const [row] = this.rows('select report from adaptations order by finishedAt desc limit 1');
    return JSON.parse(String(row?.report)) as AdaptReport;
  }

  /** The id of the extension's process whose command line contains `argument`. */
  processId(argument: string): number {
    const lines = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n');
    const line = lines.find((text) => text.includes(this.profile.extensions) && text.includes(argument));
    if (line === undefined) throw new Error(`no process of the extension has ${argument}`);
    return Number.parseInt(line, 10);
  }

  /** The extension's log. */
  logged(): string {
    return logsOf(this.profile.userData);
  }

  /** The names of the profile's files (settings, state, logs, our storage) that contain a text. */
  filesContaining(text: string): string[] {
    const base = this.profile.userData;
    return readdirSync(base, { recursive: true, encoding: 'utf8' }).filter((name) => {
      const path = join(base, name);
      return statSync(path).isFile() && readFileSync(path).includes(text);
    });
  }

  /** Runs a test's body. If it fails, stores a screenshot and the logs. */
  async evidence(name: string, body: () => Promise<void>): Promise<void> {
    try {
      await body();
    } catch (error) {
      await keepEvidence(`failed-${name}`, this.opened, this.workbench, logsOf(this.profile.userData));
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.opened.page.close();
    await this.workbench.stop();
    await this.api.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/**
 * Begins one session for the tests of a file, and ends it after them.
 * @param begin gets the session before the first test
 * @returns defines a test; if it fails, a picture and the logs are kept
 */
export function forAllTests(
  begin: (session: Session) => void | Promise<void>,
  ...[settings, window]: [Parameters<typeof Session.start>[2]?, Parameters<typeof Session.start>[3]?]
): (name: string, body: () => Promise<void>) => void {
  const folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-vsix-'));
  let browser: Browser | undefined;
  let session: Session | undefined;
  before(async () => {
    await needCodeServer();
    browser = await launchBrowser();
    session = await Session.start(browser, await ourVsix(folder), settings, window);
    await begin(session);
  });
  after(async () => {
    await session?.stop();
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return (name, body) => void test(name, () => (session as Session).evidence(name, body));
}
