// Reads one file whole and consistent, or says why not. It never waits on a pipe and never follows a link.

import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { type Fault, type OpenedRoot, type OpenHooks, openInside } from './open-inside.ts';

/** `changedAt`: ms since 1970. */
export type ReadOutcome = { readonly bytes: Buffer; readonly changedAt: number } | { readonly leftOut: Fault };

/** For tests. */
export interface ReadHooks extends OpenHooks {
  /** Awaited before a file is opened to be read; absolute. */
  readonly beforeOpen?: (path: string) => void | Promise<void>;
  /** Called between reading and checking that the file is still the same. */
  readonly afterRead?: (path: string, attempt: number) => void;
}

/**
 * The file's bytes. A file that changes while it is read, or is swapped for another one, as editors save, is tried once
 * more, then left out.
 * 'gone': it is listed but not there any more.
 * @param path by `isInside`
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
    const bytes = await fill(handle, Number(stats.size));
    afterRead();
    const after = await handle.stat({ bigint: true });
    if (bytes === undefined || !same(stats, after)) return { leftOut: 'changed-while-read' };
    return { bytes, changedAt: Number(stats.mtimeMs) };
  } catch {
    return { leftOut: 'unreadable' };
  } finally {
    await handle.close();
  }
}

const PIECE = 1 << 18;

/**
 * The bytes of a file of any size, a piece at a time; each piece is the caller's until the next one. Throws what the
 * file system throws,
 * and the reason for which it is left out, as an Error's message.
 * @param path as for `readWhole`
 */
export async function* readPieces(root: OpenedRoot, path: string, hooks: OpenHooks = {}): AsyncGenerator<Uint8Array> {
  const opened = await openInside(root, path, 'isFile', hooks);
  if (typeof opened === 'string') throw new Error(opened);
  const { handle, stats } = opened as typeof opened & { handle: FileHandle };
  try {
    const piece = Buffer.allocUnsafe(PIECE);
    for (;;) {
      const { bytesRead } = await handle.read(piece, 0, PIECE);
      if (bytesRead === 0) break;
      yield piece.subarray(0, bytesRead);
    }
    if (!same(stats, await handle.stat({ bigint: true }))) throw new Error('changed-while-read');
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
