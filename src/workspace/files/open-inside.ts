// Opens and reads files and folders inside the opened folder only. It opens first and checks the handle afterwards,
// because a path may be replaced by a link between check and open. It never waits on a pipe.

import { type BigIntStats, constants, existsSync } from 'node:fs';
import { type FileHandle, lstat, open, readlink, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LeftOutReason } from './harvest-types.ts';

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

export type ReadOutcome = { readonly bytes: Buffer } | { readonly leftOut: Fault };

/** For tests, and for callers with less time. */
export interface ReaderHooks {
  /** Opens by path, as on systems other than Linux. */
  readonly byPath?: boolean;
  /** Timeout of one file operation, ms. */
  readonly answerMs?: number;
  /** Awaited before a file is opened for reading. @param path absolute */
  readonly beforeOpen?: (path: string) => void | Promise<void>;
  /** Called after reading, before the check that the file is still the same. */
  readonly afterRead?: (path: string, attempt: number) => void;
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
const pieceBytes = 1 << 18;

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
  { byPath }: ReaderHooks = {},
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

/**
 * Reads the file's bytes. If the file changes or is replaced during reading, as when an editor saves, it is read once
 * more and then left out. 'gone' means that the file no longer exists.
 * @param path accepted by `isInside`
 */
export async function readWhole(
  root: OpenedRoot,
  path: string,
  maxBytes: number,
  hooks: ReaderHooks = {},
): Promise<ReadOutcome> {
  const absolute = join(root.path, path);
  await hooks.beforeOpen?.(absolute);
  let outcome: ReadOutcome = { leftOut: 'changed-while-read' };
  for (let attempt = 0; attempt < 2; attempt++) {
    outcome = await readOnce(root, path, maxBytes, hooks, () => hooks.afterRead?.(absolute, attempt));
    if (!('leftOut' in outcome) || outcome.leftOut !== 'changed-while-read') break;
  }
  return outcome;
}

async function readOnce(
  root: OpenedRoot,
  path: string,
  maxBytes: number,
  hooks: ReaderHooks,
  afterRead: () => void,
): Promise<ReadOutcome> {
  const opened = await openInside(root, path, 'isFile', hooks);
  if (typeof opened === 'string') return { leftOut: opened };
  const { handle, stats } = opened as typeof opened & { handle: FileHandle };
  try {
    if (stats.size > maxBytes) return { leftOut: 'too-large' };
    const bytes = await readBytes(handle, Number(stats.size));
    afterRead();
    const after = await handle.stat({ bigint: true });
    if (bytes === undefined || !isUnchanged(stats, after)) return { leftOut: 'changed-while-read' };
    return { bytes };
  } catch {
    return { leftOut: 'unreadable' };
  } finally {
    await handle.close();
  }
}

/**
 * Yields the bytes of a file of any size in pieces. A piece is valid only until the next one. Throws file system
 * errors, and an Error whose message is the reason to leave out the file.
 * @param path as for `readWhole`
 */
export async function* readPieces(root: OpenedRoot, path: string, hooks: ReaderHooks = {}): AsyncGenerator<Uint8Array> {
  const opened = await openInside(root, path, 'isFile', hooks);
  if (typeof opened === 'string') throw new Error(opened);
  const { handle, stats } = opened as typeof opened & { handle: FileHandle };
  try {
    const piece = Buffer.allocUnsafe(pieceBytes);
    for (;;) {
      const { bytesRead } = await handle.read(piece, 0, pieceBytes);
      if (bytesRead === 0) break;
      yield piece.subarray(0, bytesRead);
    }
    if (!isUnchanged(stats, await handle.stat({ bigint: true }))) throw new Error('changed-while-read');
  } finally {
    await handle.close();
  }
}

/** Reads `size` bytes. Undefined if the file has become shorter. */
async function readBytes(handle: FileHandle, size: number): Promise<Buffer | undefined> {
  const bytes = Buffer.allocUnsafe(size);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await handle.read(bytes, filled, size - filled, filled);
    if (bytesRead === 0) return undefined;
    filled += bytesRead;
  }
  return bytes;
}

function isUnchanged(a: BigIntStats, b: BigIntStats): boolean {
  return a.size === b.size && a.mtimeNs === b.mtimeNs;
}
