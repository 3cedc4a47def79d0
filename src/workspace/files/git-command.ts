// The only module that starts git. It prevents programs named by a repository's settings from running.

import { spawn } from 'node:child_process';
import { realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { killWhenWeExit } from '../../common/child.ts';
import { gitFault, liesIn } from './git-directory.ts';

/**
 * Returns git's output in `folder`. Returns undefined if git is absent, fails or takes too long, or if it would read an
 * unrelated repository (`gitFault`). Rejects only when `signal` aborts.
 * @param folder absolute, the opened folder or one inside it
 * @param decode of the output; default UTF-8
 */
export type RunGit = (
  folder: string,
  args: readonly string[],
  signal?: AbortSignal,
  decode?: (output: Buffer) => string,
) => Promise<string | undefined>;

/** Timeout of a call, ms. Git may wait for a lock, a pipe instead of an ignore file, or a dead network drive. */
const timeoutMs = 20_000;
/**
 * Time limit of all calls of one `gitFor`, ms, because a folder may contain any number of repositories. Also the pause
 * after a call that hung.
 */
const totalMs = 60_000;
/** Enough for half a million long paths. Larger output is no list of files. */
const maxOutputBytes = 128 * 1024 * 1024;

/** The environment variables that git needs. All others are removed, especially the GIT_* variables. */
const inheritedVariables =
  /^(?:HOME|XDG_CONFIG_HOME|USERPROFILE|HOMEDRIVE|HOMEPATH|SYSTEMROOT|WINDIR|TEMP|TMP|TMPDIR)$/i;

const systemPath = process.platform === 'win32' ? [] : ['/usr/bin', '/bin'];

/**
 * Variables also reach git's child processes and override a repository's settings. `GIT_NO_LAZY_FETCH` (git 2.45 and
 * later) prevents fetching the missing objects of a partial clone. In older versions `GIT_ALLOW_PROTOCOL`
 * prevents that, because the only protocol that it allows does not exist.
 */
export const environment = {
  // Limits memory, for example for an ignore file that is compressed to a small size.
  GIT_ALLOC_LIMIT: '512m',
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_ASKPASS: '',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null', // Git for Windows understands this path too.
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_EDITOR: ':',
  GIT_NO_LAZY_FETCH: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_PAGER: 'cat',
  GIT_PROTOCOL_FROM_USER: '0',
  GIT_SEQUENCE_EDITOR: ':',
  GIT_SSH_COMMAND: 'false',
  GIT_TERMINAL_PROMPT: '0',
  LC_ALL: 'C',
  NoDefaultCurrentDirectoryInExePath: '1', // Windows only
  PAGER: 'cat',
  SSH_ASKPASS: '',
};

/** Settings on the command line override the repository's. Each row disables a program, a path or a side effect. */
export const settings: Readonly<Record<string, string>> = {
  'core.alternateRefsCommand': '',
  'core.askPass': '',
  'core.attributesFile': '/dev/null',
  'core.editor': ':',
  'core.fsmonitor': 'false',
  'core.gitProxy': '',
  'core.hooksPath': '/dev/null',
  'core.pager': 'cat',
  'core.quotePath': 'false',
  'core.sshCommand': 'false',
  'core.untrackedCache': 'false',
  'credential.helper': '',
  'diff.external': '',
  'diff.relative': 'false',
  'diff.submodule': 'short', // Other values run git inside the submodule.
  'diff.suppressBlankEmpty': 'false',
  'fetch.bundleURI': '',
  'fetch.recurseSubmodules': 'false',
  'gc.auto': '0',
  'gpg.program': 'false',
  'interactive.diffFilter': '',
  'log.showSignature': 'false',
  'maintenance.auto': 'false',
  'protocol.allow': 'never',
  'safe.bareRepository': 'explicit',
  'sequence.editor': ':',
  'submodule.recurse': 'false',
};

/**
 * Returns a function that runs git for one opened folder. The caller must not pass commands that compare file contents
 * (`status`, `diff`, `ls-files -m`) in a foreign folder, because they run the repository's filters.
 * After a call that took too long, no call is made for a minute. Create one function per listing and do not keep it.
 * @param opened absolute path. A git program inside this folder is never run.
 */
export function gitFor(opened: string): RunGit {
  const end = performance.now() + totalMs;
  const faults = new Map<string, Promise<string | undefined>>();
  return async (folder, args, signal, decode = asUtf8) => {
    const fault = faults.get(folder) ?? gitFault(folder);
    faults.set(folder, fault);
    if ((await fault) !== undefined) return undefined;
    const now = performance.now();
    if (now > end || now < (pausedUntil.get(opened) ?? 0)) return undefined;
    const git = findGit(opened);
    if (git === undefined) return undefined;
    const userSettings = await settingsOfUser(git);
    const options = optionsOf([...Object.entries(settings), ...userSettings]);
    const variables = { ...environment, ...librariesFor(opened) };
    const output = await run(git, folder, [...options, ...args], variables, signal, () => {
      pausedUntil.set(opened, performance.now() + totalMs);
    });
    return output && decode(output);
  };
}

const asUtf8 = (output: Buffer): string => output.toString('utf8');

/** Time until which git is not called, by opened folder. */
const pausedUntil = new Map<string, number>();

/**
 * The library path for git, without entries inside the opened folder. Empty and relative entries are removed too,
 * because they mean git's working directory.
 */
export function librariesFor(opened: string, path = process.env.LD_LIBRARY_PATH): { LD_LIBRARY_PATH?: string } {
  const folder = realPathOf(opened) ?? opened;
  const kept = (path ?? '')
    .split(/[:;]/)
    .filter((entry) => isAbsolute(entry) && !liesIn(opened, entry) && !liesIn(folder, realPathOf(entry) ?? entry));
  return kept.length === 0 ? {} : { LD_LIBRARY_PATH: kept.join(':') };
}

/**
 * Finds git on PATH, but never inside the opened folder or in a `node_modules` folder. `npm start` puts the
 * `node_modules/.bin` of every parent folder on PATH.
 */
export function findGit(opened: string, path = process.env.PATH ?? ''): string | undefined {
  const name = process.platform === 'win32' ? 'git.exe' : 'git';
  const folder = realPathOf(opened) ?? opened;
  for (const entry of path.split(delimiter)) {
    if (!isAbsolute(entry) || entry.split(/[\\/]/).includes('node_modules')) continue;
    const found = realPathOf(join(entry, name));
    if (found !== undefined && !liesIn(folder, found) && !liesIn(opened, entry) && statSync(found).isFile())
      return join(entry, name);
  }
  return undefined;
}

function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

const settingsByGit = new Map<string, Promise<readonly (readonly [string, string])[]>>();

/**
 * The two user settings that affect listings: the global ignore file, and the safe directories of other owners.
 * The first is always set, so that a repository cannot set it to a pipe or a device.
 */
function settingsOfUser(git: string): Promise<readonly (readonly [string, string])[]> {
  const key = `${git}\0${process.env.HOME}\0${process.env.XDG_CONFIG_HOME}\0${process.env.GIT_CONFIG_GLOBAL}`;
  const cached = settingsByGit.get(key);
  if (cached !== undefined) return cached;
  const pending = askUserSettings(git);
  settingsByGit.set(key, pending);
  return pending;
}

async function askUserSettings(git: string): Promise<readonly (readonly [string, string])[]> {
  const { GIT_CONFIG_GLOBAL: _, ...rest } = environment;
  const globalConfig = process.env.GIT_CONFIG_GLOBAL;
  const env = globalConfig === undefined ? rest : { ...rest, GIT_CONFIG_GLOBAL: globalConfig };
  const pattern = '^(core\\.excludesfile|safe\\.directory)$';
  // Run outside the opened folder, so that no repository's settings are read.
  const output = await run(
    git,
    dirname(git),
    ['config', '--global', '-z', '--type=path', '--get-regexp', pattern],
    env,
  ).catch(() => undefined);
  const pairs = (output ? asUtf8(output) : '')
    .split('\0')
    .filter((entry) => entry.includes('\n'))
    .map((entry): [string, string] => [entry.slice(0, entry.indexOf('\n')), entry.slice(entry.indexOf('\n') + 1)]);
  const configuredIgnoreFile = pairs.findLast(([name]) => name === 'core.excludesfile')?.[1];
  const defaultIgnoreFile = join(process.env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'git', 'ignore');
  const excludes = configuredIgnoreFile || defaultIgnoreFile;
  return [
    ['core.excludesFile', isFile(excludes) ? excludes : '/dev/null'],
    ...pairs.filter(([name]) => name === 'safe.directory'),
  ];
}

function isFile(path: string): boolean {
  return isAbsolute(path) && (statSync(path, { throwIfNoEntry: false })?.isFile() ?? false);
}

function optionsOf(pairs: readonly (readonly [string, string])[]): string[] {
  return ['--no-pager', ...pairs.flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

function run(
  git: string,
  folder: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
  signal?: AbortSignal,
  onTimeout: () => void = () => {},
): Promise<Buffer | undefined> {
  const timeout = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve, reject) => {
    const kept = Object.entries(process.env).filter(([name]) => inheritedVariables.test(name));
    // Started in git's own folder, so that no libraries (on Windows, programs) of the opened folder are loaded.
    const child = spawn(git, ['-C', folder, ...args], {
      cwd: dirname(git),
      // Git finds its own commands by itself and needs nothing else. Without a PATH, Windows would pass ours.
      // If git is a script of a version manager, it needs the system's programs.
      env: { ...Object.fromEntries(kept), PATH: [dirname(git), ...systemPath].join(delimiter), ...variables },
      stdio: ['ignore', 'pipe', 'ignore'],
      windowsHide: true,
      killSignal: 'SIGKILL',
      // The timer of spawn's own timeout would stay active if git is not installed.
      signal: AbortSignal.any([timeout, ...(signal ? [signal] : [])]),
    });
    killWhenWeExit(child);
    const chunks: Buffer[] = [];
    let bytes = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxOutputBytes) child.kill('SIGKILL');
      else chunks.push(chunk);
    });
    child.on('error', (error) => {
      if (timeout.aborted) onTimeout();
      if (signal?.aborted) reject(error);
      else resolve(undefined);
    });
    child.on('close', (code) => {
      resolve(code === 0 ? Buffer.concat(chunks) : undefined);
    });
  });
}
