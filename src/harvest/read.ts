// Reads one file whole and consistent, or says why not. Never waits on a pipe, never follows a link.

import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import type { LeftOutReason } from './types.ts';

/** Opening a pipe without O_NONBLOCK waits for its writer; Windows has neither flag. */
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

export type ReadOutcome = { readonly bytes: Buffer } | { readonly leftOut: LeftOutReason | 'gone' };

export interface ReadHooks {
  /** Called between reading and checking that the file is still the same. For tests. */
  readonly afterRead?: (path: string, attempt: number) => void;
}

/**
 * The file's bytes. 'too-large' files are not opened; a file that changes while it is read is tried once more, then
 * left out. 'gone': it is listed but not there any more.
 * @param path absolute
 */
export async function readWhole(path: string, maxBytes: number, hooks: ReadHooks = {}): Promise<ReadOutcome> {
  try {
    // Devices and pipes are recognised before they are opened: opening one can have effects.
    const stats = await lstat(path);
    if (!stats.isFile()) return { leftOut: 'not-a-file' };
    if (stats.size > maxBytes) return { leftOut: 'too-large' };
    for (let attempt = 0; attempt < 2; attempt++) {
      const bytes = await readOnce(path, maxBytes, () => hooks.afterRead?.(path, attempt));
      if (bytes !== undefined) return 'leftOut' in bytes ? bytes : { bytes };
    }
    return { leftOut: 'changed-while-read' };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { leftOut: 'gone' };
    return { leftOut: code === 'ELOOP' ? 'not-a-file' : 'unreadable' };
  }
}

/** Undefined where the file changed meanwhile. */
async function readOnce(
  path: string,
  maxBytes: number,
  afterRead: () => void,
): Promise<Buffer | { leftOut: LeftOutReason } | undefined> {
  const handle = await open(path, flags);
  try {
    const before = await handle.stat({ bigint: true });
    if (!before.isFile()) return { leftOut: 'not-a-file' };
    if (before.size > maxBytes) return { leftOut: 'too-large' };
    const bytes = await fill(handle, Number(before.size));
    afterRead();
    const after = await handle.stat({ bigint: true });
    return bytes !== undefined && same(before, after) ? bytes : undefined;
  } finally {
    await handle.close();
  }
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
