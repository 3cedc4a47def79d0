// A whole VS Code without VS Code's own download: the npm package `code-server`, installed once into the shared cache.
import { type ChildProcess, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { contributedSettings } from './contributed-settings.ts';
import { compilers, needPackages } from './debian.ts';
import { cache, npmEnvironment, root } from './paths.ts';
import { must, stopGroup } from './proc.ts';

/** Holds VS Code 1.139.1, and wants Node 24 exactly. */
export const version = '4.139.1';
const home = join(cache, `code-server-${version}`);
const entry = join(home, 'node_modules', 'code-server', 'out', 'node', 'entry.js');
const node = join(root, 'node_modules', '.bin', 'node');

/** Installs code-server unless it is there: in an empty folder that is renamed once it is whole. Takes a minute or two. */
export async function needCodeServer(): Promise<void> {
  if (process.platform === 'win32') throw new Error('code-server does not run on Windows: use @vscode/test-electron.');
  if (existsSync(entry)) return;
  mkdirSync(cache, { recursive: true });
  dropLeftovers();
  await needPackages(compilers);
  const folder = mkdtempSync(join(cache, `code-server-${version}.part-`));
  process.stderr.write(`Installing code-server ${version} (once; one to three minutes) ...\n`);
  try {
    // node-gyp would download Node's headers; the npm package that gave us Node carries them.
    const headers = join(folder, 'headers');
    cpSync(join(nodeHeaders(), 'include'), join(headers, 'include'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    await must('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', `code-server@${version}`], {
      cwd: folder,
      env: npmEnvironment({ FORCE_NODE_VERSION: '24', npm_config_nodedir: headers }),
    });
    rmSync(home, { recursive: true, force: true });
    renameSync(folder, home);
  } catch (cause) {
    rmSync(folder, { recursive: true, force: true });
    // Another clone may have been faster.
    if (existsSync(entry)) return;
    const advice = 'The tests of parts host and e2e can run once the npm registry can be reached';
    throw new Error(`code-server ${version} could not be installed. ${advice}.\n${(cause as Error).message}`, {
      cause,
    });
  }
}

/** Folders of installations that were killed: nothing resumes them. */
function dropLeftovers(): void {
  for (const name of readdirSync(cache).filter((name) => name.startsWith(`code-server-${version}.part-`))) {
    const path = join(cache, name);
    if (Date.now() - statSync(path).mtimeMs > 30 * 60_000) rmSync(path, { recursive: true, force: true });
  }
}

function nodeHeaders(): string {
  const name = `node-${process.platform}-${process.arch}`;
  const positions = [join(root, 'node_modules', 'node', 'node_modules', name), join(root, 'node_modules', name)];
  const found = positions.find((position) => existsSync(join(position, 'include', 'node', 'node.h')));
  if (found === undefined) throw new Error(`the npm package node brought no headers (looked for ${name}/include)`);
  return found;
}

/** A profile of its own: settings, state and extensions of one code-server. */
export interface Profile {
  /** Everything below; the caller deletes it. */
  readonly folder: string;
  readonly userData: string;
  readonly extensions: string;
}

export function makeProfile(folder: string, settings: Readonly<Record<string, unknown>> = {}): Profile {
  const profile = { folder, userData: join(folder, 'user-data'), extensions: join(folder, 'extensions') };
  mkdirSync(profile.extensions, { recursive: true });
  writeSettings(profile, 'User', { ...quiet, ...settings });
  // A workbench in the browser ignores a user's setting of the machine's scope once it knows the extension; before that
  // it obeys. The extension would see either, by chance.
  const ofMachine = Object.entries(settings).filter(([key]) => contributedSettings[key]?.scope === 'machine');
  writeSettings(profile, 'Machine', Object.fromEntries(ofMachine));
  return profile;
}

function writeSettings({ userData }: Profile, level: 'User' | 'Machine', settings: object): void {
  mkdirSync(join(userData, level), { recursive: true });
  writeFileSync(join(userData, level, 'settings.json'), `${JSON.stringify(settings, undefined, 2)}\n`);
}

/** What a test wants quiet in any profile. */
const quiet = {
  'telemetry.telemetryLevel': 'off',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  // code-server saves by itself; VS Code does not.
  'files.autoSave': 'off',
  'chat.disableAIFeatures': true,
  'extensions.ignoreRecommendations': true,
  'extensions.autoCheckUpdates': false,
  'git.openRepositoryInParentFolders': 'never',
  'security.workspace.trust.startupPrompt': 'never',
  'update.showReleaseNotes': false,
  'window.commandCenter': false,
};

function profileArgs(profile: Profile): string[] {
  return ['--user-data-dir', profile.userData, '--extensions-dir', profile.extensions];
}

/** code-server reads a config file in the home folder, and obeys PORT and its kin; neither is wanted here. */
function environment(profile: Profile, extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { PORT: _port, PASSWORD: _password, ...rest } = npmEnvironment();
  // Inside a VS Code terminal, code-server would hand its arguments to that VS Code.
  delete rest.VSCODE_IPC_HOOK_CLI;
  return { ...rest, CODE_SERVER_CONFIG: join(profile.folder, 'config.yaml'), ...extra };
}

export async function installExtension(profile: Profile, vsix: string): Promise<void> {
  await must(node, [entry, ...profileArgs(profile), '--install-extension', vsix, '--force'], {
    env: environment(profile),
  });
}

export interface Workbench {
  readonly url: string;
  readonly profile: Profile;
  /** The address that opens a folder. */
  folderUrl(folder: string): string;
  /** All that code-server has printed. */
  output(): string;
  /** Resolves to the command lines of what had not ended by itself and was killed. */
  stop(): Promise<string[]>;
}

export interface StartOptions {
  /** Off: the workbench asks, and an unknown folder is in Restricted Mode. */
  readonly trustAll?: boolean;
  readonly env?: NodeJS.ProcessEnv;
  readonly port?: number;
  /** A command that starts and watches the workbench, such as strace with its options. */
  readonly under?: readonly string[];
}

/** Starts code-server on loopback and waits until it answers. */
export async function startWorkbench(profile: Profile, options: StartOptions = {}): Promise<Workbench> {
  const port = options.port ?? (await freePort());
  const args = ['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--disable-telemetry', '--disable-update-check'];
  if (options.trustAll ?? true) args.push('--disable-workspace-trust');
  const [program = node, ...rest] = [...(options.under ?? []), node, entry, ...args, ...profileArgs(profile)];
  const child = spawn(program, rest, {
    env: environment(profile, options.env),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  child.stdout.on('data', (data: Buffer) => {
    output += data;
  });
  child.stderr.on('data', (data: Buffer) => {
    output += data;
  });
  const url = `http://127.0.0.1:${port}`;
  try {
    await answers(`${url}/healthz`, child, () => output);
  } catch (error) {
    await stopGroup(child);
    throw error;
  }
  return {
    url,
    profile,
    folderUrl: (folder) => `${url}/?folder=${encodeURIComponent(folder)}`,
    output: () => output,
    stop: () => stopGroup(child),
  };
}

/** Only one that hangs takes so long, on any machine. */
const ANSWER_MS = 180_000;

async function answers(url: string, child: ChildProcess, output: () => string): Promise<void> {
  const until = Date.now() + ANSWER_MS;
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`code-server ended with status ${child.exitCode}:\n${output()}`);
    const ok = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    await sleep(100);
  }
  throw new Error(`code-server did not answer within ${ANSWER_MS / 1000} s:\n${output()}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
