// Opens files and folders inside the opened folder only. It opens first and checks the handle afterwards, because a
// path may be replaced by a link between check and open.

import { type BigIntStats, constants, existsSync } from 'node:fs';
import { type FileHandle, lstat, open, readlink, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LeftOutReason } from './types.ts';

export type Fault = LeftOutReason | 'gone';

/** The opened folder. */
export interface OpenedRoot {
  /** Absolute path with links resolved. */
  readonly path: string;
  readonly dev: bigint;
  readonly ino: bigint;
}

export interface OpenedFile {
  /** The caller closes it. Undefined for a folder that was opened by path. */
  readonly handle: FileHandle | undefined;
  readonly stats: BigIntStats;
  /** Path to list a folder. On Linux, it refers to the open handle. */
  readonly path: string;
  /** To be called after listing a folder: whether the path still refers to the same folder. */
  readonly isSame: () => Promise<boolean>;
}

export interface OpenHooks {
  /** For tests: opens by path, as on systems other than Linux. */
  readonly byPath?: boolean;
}

type Kind = 'isFile' | 'isDirectory';

/** Opening a pipe without O_NONBLOCK waits for its writer. Windows lacks O_DIRECTORY, O_NONBLOCK and O_NOFOLLOW. */
const { O_RDONLY, O_DIRECTORY = 0, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants;
const readFlags = O_RDONLY | O_NONBLOCK | O_NOFOLLOW;
/** Linux: opens a handle only for identification, without effects on pipes and devices. */
const O_PATH = 0o10000000;
const canOpenByHandle = process.platform === 'linux' && existsSync('/proc/self/fd');
/** When opening by path: number of checks that the file and its folders are still the same. */
const sameChecks = 2;

/** Throws file system errors. */
export async function rootAt(path: string): Promise<OpenedRoot & { readonly isFolder: boolean }> {
  const real = await realpath(path);
  const stats = await stat(real, { bigint: true });
  return { path: real, dev: stats.dev, ino: stats.ino, isFolder: stats.isDirectory() };
}

/**
 * Opens the file or folder at `path` if it is of this kind and no part of the path is a link.
 * @param path relative to the root, '/' separators, accepted by `isInside`; '' is the root
 */
export async function openInside(
  root: OpenedRoot,
  path: string,
  kind: Kind,
  { byPath }: OpenHooks = {},
): Promise<OpenedFile | Fault> {
  try {
    const names = path === '' ? [] : path.split('/');
    return await (canOpenByHandle && !byPath ? openByHandle(root, names, kind) : openByPath(root, names, kind));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return 'gone';
    return code === 'ELOOP' || code === 'ENOTDIR' ? 'not-a-file' : 'unreadable';
  }
}

async function openByHandle(root: OpenedRoot, names: readonly string[], kind: Kind): Promise<OpenedFile | Fault> {
  const handle = (await openDirectly(root, names)) ?? (await openStepByStep(root, names));
  if (handle === undefined) return 'not-a-file';
  try {
    const stats = await handle.stat({ bigint: true });
    if (!stats[kind]()) return await closeWith(handle, 'not-a-file');
    if (kind === 'isDirectory') return { handle, stats, path: inHandle(handle), isSame: async () => true };
    // Opens the same file again for reading. The /proc link refers to the open file even if its path has changed.
    const readable = await open(inHandle(handle), O_RDONLY | O_NONBLOCK);
    await handle.close();
    return { handle: readable, stats, path: inHandle(readable), isSame: async () => true };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Undefined if the opened file's real path differs from the requested path. */
async function openDirectly(root: OpenedRoot, names: readonly string[]): Promise<FileHandle | undefined> {
  const path = join(root.path, ...names);
  const handle = await open(path, O_PATH | O_NOFOLLOW).catch(() => undefined);
  if (handle === undefined || (await readlink(inHandle(handle)).catch(() => '')) === path) return handle;
  await handle.close();
  return undefined;
}

/** Opens each part of the path relative to the handle before it. Undefined if the root was replaced. */
async function openStepByStep(root: OpenedRoot, names: readonly string[]): Promise<FileHandle | undefined> {
  let handle = await open(root.path, O_PATH | O_DIRECTORY | O_NOFOLLOW);
  try {
    if (!isSame(await handle.stat({ bigint: true }), root)) {
      await handle.close();
      return undefined;
    }
    for (const [i, name] of names.entries()) {
      const isFolder = i < names.length - 1;
      const next = await open(inHandle(handle, name), O_PATH | O_NOFOLLOW | (isFolder ? O_DIRECTORY : 0));
      await handle.close();
      handle = next;
    }
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function inHandle({ fd }: FileHandle, name?: string): string {
  return name === undefined ? `/proc/self/fd/${fd}` : `/proc/self/fd/${fd}/${name}`;
}

/** Opens the path, then checks several times that the path and its folders still refer to the same objects. */
async function openByPath(root: OpenedRoot, names: readonly string[], kind: Kind): Promise<OpenedFile | Fault> {
  const path = join(root.path, ...names);
  const folders = foldersOf(root, names, kind);
  const before = await Promise.all(folders.map((folder) => lstat(folder, { bigint: true })));
  if (before[0] === undefined || !isSame(before[0], root) || before.some((stats) => !stats.isDirectory()))
    return 'not-a-file';
  const stats = await lstat(path, { bigint: true });
  // Devices and pipes are rejected before they are opened, because opening one can have effects.
  if (!stats[kind]()) return 'not-a-file';
  const handle = kind === 'isFile' ? await open(path, readFlags) : undefined;
  try {
    const opened = handle === undefined ? stats : await handle.stat({ bigint: true });
    if (!opened[kind]()) return await closeWith(handle, 'not-a-file');
    const stillSame = async () => {
      for (let check = 0; check < sameChecks; check++) {
        if (!isSame(await lstat(path, { bigint: true }), opened)) return false;
        const now = await Promise.all(folders.map((folder) => lstat(folder, { bigint: true })));
        if (now.some((each, i) => !each.isDirectory() || !isSame(each, before[i] as BigIntStats))) return false;
      }
      return comparable(await realpath(path)) === comparable(path);
    };
    if (!(await stillSame())) return await closeWith(handle, 'changed-while-read');
    return { handle, stats: opened, path, isSame: () => stillSame().catch(() => false) };
  } catch (error) {
    await handle?.close();
    throw error;
  }
}

/** Absolute paths of the folders, the root first. */
function foldersOf(root: OpenedRoot, names: readonly string[], kind: Kind): string[] {
  const folders = [root.path];
  for (const name of kind === 'isDirectory' ? names : names.slice(0, -1))
    folders.push(join(folders.at(-1) ?? '', name));
  return folders;
}

async function closeWith(handle: FileHandle | undefined, fault: Fault): Promise<Fault> {
  await handle?.close();
  return fault;
}

function isSame(a: Pick<OpenedRoot, 'dev' | 'ino'>, b: Pick<OpenedRoot, 'dev' | 'ino'>): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}

/** Other systems than Linux ignore case and the Unicode composition of letters in file names. */
function comparable(path: string): string {
  return process.platform === 'linux' ? path : path.normalize('NFC').toLowerCase();
}
