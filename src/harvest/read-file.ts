// Reads one file whole and consistent, or says why not. Never waits on a pipe, never follows a link.

import { type BigIntStats, constants, readlinkSync } from 'node:fs';
import { type FileHandle, lstat, open, realpath } from 'node:fs/promises';
import type { LeftOutReason } from './types.ts';

/** Opening a pipe without O_NONBLOCK waits for its writer; Windows has neither flag. */
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

/** `changedAt`: ms since 1970. */
export type ReadOutcome =
  | { readonly bytes: Buffer; readonly changedAt: number }
  | { readonly leftOut: LeftOutReason | 'gone' };

/** For tests. */
export interface ReadHooks {
  /** Awaited between the check of the path and the opening. */
  readonly beforeOpen?: (path: string) => void | Promise<void>;
  /** Called between reading and checking that the file is still the same. */
  readonly afterRead?: (path: string, attempt: number) => void;
}

/**
 * The file's bytes. 'too-large' files are not opened; a file that changes while it is read is tried once more, then
 * left out. 'gone': it is listed but not there any more.
 * @param path absolute, with no link on the way: what is opened lies there and nowhere else, or is left out
 */
export async function readWhole(path: string, maxBytes: number, hooks: ReadHooks = {}): Promise<ReadOutcome> {
  try {
    // Devices and pipes are recognised before they are opened: opening one can have effects.
    const stats = await lstat(path);
    if (!stats.isFile()) return { leftOut: 'not-a-file' };
    if (stats.size > maxBytes) return { leftOut: 'too-large' };
    await hooks.beforeOpen?.(path);
    for (let attempt = 0; attempt < 2; attempt++) {
      const read = await readOnce(path, maxBytes, () => hooks.afterRead?.(path, attempt));
      if (read !== undefined) return read;
    }
    return { leftOut: 'changed-while-read' };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { leftOut: 'gone' };
    return { leftOut: code === 'ELOOP' ? 'not-a-file' : 'unreadable' };
  }
}

/** Undefined where the file changed meanwhile. */
async function readOnce(path: string, maxBytes: number, afterRead: () => void): Promise<ReadOutcome | undefined> {
  const handle = await open(path, flags);
  try {
    const before = await handle.stat({ bigint: true });
    const fault = await faultOf(handle, path, before);
    if (fault === 'changed-while-read') return undefined;
    if (fault !== undefined) return { leftOut: fault };
    if (before.size > maxBytes) return { leftOut: 'too-large' };
    const bytes = await fill(handle, Number(before.size));
    afterRead();
    const after = await handle.stat({ bigint: true });
    return bytes !== undefined && same(before, after) ? { bytes, changedAt: Number(before.mtimeMs) } : undefined;
  } finally {
    await handle.close();
  }
}

/** Why what was opened is not the file at `path`. 'changed-while-read': swapped for another file, as editors save: to be opened anew. */
async function faultOf(handle: FileHandle, path: string, stats: BigIntStats): Promise<LeftOutReason | undefined> {
  if (!stats.isFile()) return 'not-a-file';
  if (isOpenAt(handle, path)) return undefined;
  const [real, now] = await Promise.all([realpath(path), lstat(path, { bigint: true })]);
  if (asCompared(real) !== asCompared(path)) return 'not-a-file';
  return now.ino !== stats.ino || now.dev !== stats.dev ? 'changed-while-read' : undefined;
}

const PIECE = 1 << 18;

/**
 * The bytes of a file of any size, a piece at a time; each piece is the caller's until the next one. Throws what the file system throws,
 * and the reason for which it is left out, as an Error's message.
 * @param path as for `readWhole`
 */
export async function* readPieces(path: string): AsyncGenerator<Uint8Array> {
  if (!(await lstat(path)).isFile()) throw new Error('not-a-file');
  const handle = await open(path, flags);
  try {
    const before = await handle.stat({ bigint: true });
    const fault = await faultOf(handle, path, before);
    if (fault !== undefined) throw new Error(fault);
    const piece = Buffer.allocUnsafe(PIECE);
    for (;;) {
      const { bytesRead } = await handle.read(piece, 0, PIECE);
      if (bytesRead === 0) break;
      yield piece.subarray(0, bytesRead);
    }
    if (!same(before, await handle.stat({ bigint: true }))) throw new Error('changed-while-read');
  } finally {
    await handle.close();
  }
}

/**
 * Whether the system says that the open file lies at `path`: a folder on the way may have been replaced by a link since it
 * was looked at. False where the system says no such thing (only Linux does); then the paths are compared.
 */
function isOpenAt(handle: FileHandle, path: string): boolean {
  if (process.platform !== 'linux') return false;
  try {
    return readlinkSync(`/proc/self/fd/${handle.fd}`) === path;
  } catch {
    return false;
  }
}

/** The other systems know a file by names that differ in case or in how letters are composed. */
function asCompared(path: string): string {
  return process.platform === 'linux' ? path : path.normalize('NFC').toLowerCase();
}

/** `size` bytes, or undefined where the file has become shorter. */
async function fill(handle: FileHandle, size: number): Promise<Buffer | undefined> {
  const bytes = Buffer.allocUnsafe(size);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await handle.read(bytes, filled, size - filled, filled);
    if (bytesRead === 0) return undefined;
    filled += bytesRead;
  }
  return bytes;
}

function same(a: BigIntStats, b: BigIntStats): boolean {
  return a.size === b.size && a.mtimeNs === b.mtimeNs;
}
