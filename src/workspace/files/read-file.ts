// Reads one whole file consistently, or returns the reason why not. It never waits on a pipe or follows a link.

import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { type Fault, type OpenedRoot, type OpenHooks, openInside } from './open-inside.ts';

/** `changedAt`: ms since 1970. */
export type ReadOutcome = { readonly bytes: Buffer; readonly changedAt: number } | { readonly leftOut: Fault };

/** For tests. */
export interface ReadHooks extends OpenHooks {
  /** Awaited before a file is opened for reading. @param path absolute */
  readonly beforeOpen?: (path: string) => void | Promise<void>;
  /** Called after reading, before the check that the file is still the same. */
  readonly afterRead?: (path: string, attempt: number) => void;
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
  hooks: ReadHooks = {},
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
  hooks: OpenHooks,
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
    return { bytes, changedAt: Number(stats.mtimeMs) };
  } catch {
    return { leftOut: 'unreadable' };
  } finally {
    await handle.close();
  }
}

const pieceBytes = 1 << 18;

/**
 * Yields the bytes of a file of any size in pieces. A piece is valid only until the next one. Throws file system
 * errors, and an Error whose message is the reason to leave out the file.
 * @param path as for `readWhole`
 */
export async function* readPieces(root: OpenedRoot, path: string, hooks: OpenHooks = {}): AsyncGenerator<Uint8Array> {
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
