// SHA-256 of files, read again only if the system says that they changed.
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';

/** 64 hex digits. */
export type Sha256 = string;

/**
 * Size, times of the last change and identity of a file. A program may set the time of modification back, but not that
 * of the change itself. Undefined if there is no file.
 */
export function stampOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found && [found.size, found.mtimeNs, found.ctimeNs, found.ino].join(' ');
}

/** Hashes by path. The cache exists because opening a model hashes its tokenizer several times. */
const hashes = new Map<string, { readonly stamp: string | undefined; readonly hash: Sha256 }>();

/** Hash of a file's bytes, cached until the file changes. Throws if the file cannot be read. */
export function sha256Of(path: string): Sha256 {
  const stamp = stampOf(path);
  const known = hashes.get(path);
  if (known !== undefined && known.stamp === stamp) return known.hash;
  const hash = createHash('sha256').update(readFileSync(path)).digest('hex');
  hashes.set(path, { stamp, hash });
  return hash;
}

export interface HashOptions {
  readonly signal?: AbortSignal;
  /** Called with the bytes that were read so far. */
  readonly onRead?: (bytes: number) => void;
}

/** Bytes hashed at a time. */
const PIECE = 1 << 22;

/** Hash of a file of gigabytes, in pieces. Rejects with the signal's reason, and if the file cannot be read. */
export async function hashOfFile(path: string, { signal, onRead = () => {} }: HashOptions = {}): Promise<Sha256> {
  const file = await open(path, 'r');
  const hash = createHash('sha256');
  const piece = new Uint8Array(PIECE);
  let done = 0;
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(piece, 0, PIECE, null);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(piece.subarray(0, bytesRead));
      done += bytesRead;
      onRead(done);
    }
  } finally {
    await file.close();
  }
}
