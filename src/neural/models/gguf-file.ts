// The GGUF file of a registered base, which stays where it is: its hash, and whether it is still the file that was
// registered. It has gigabytes, so it is read in pieces, and again only if the system says that it changed.
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { CodedError } from '../../common/errors.ts';
import { readManifest, type Sha256, writeManifest } from './manifest.ts';

export interface ReadOptions {
  readonly signal?: AbortSignal;
  /** Called with the bytes that were read so far. */
  readonly onRead?: (bytes: number) => void;
}

/** Bytes hashed at a time. */
const PIECE = 1 << 22;
const ADVICE = 'Remove the base and add the file again, or choose another base.';

/**
 * Size, times of the last change and identity of a file. A program may set the time of modification back, but not that
 * of the change itself. Undefined if there is no file.
 */
export function stampOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found && [found.size, found.mtimeNs, found.ctimeNs, found.ino].join(' ');
}

/** SHA-256 of a file. Rejects with the signal's reason, and if the file cannot be read. */
export async function hashOfFile(path: string, { signal, onRead = () => {} }: ReadOptions = {}): Promise<Sha256> {
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

/**
 * Does nothing for a folder of another kind. A changed file is hashed; if it has the same bytes, that is noted. Throws
 * CodedError 'unreadable', 'mismatched' if it is another file than the registered one, and the signal's reason.
 */
export async function checkGgufFile(folder: string, options: ReadOptions = {}): Promise<void> {
  const manifest = readManifest(folder);
  if (!manifest.ok || !manifest.value?.gguf) return;
  const { gguf, weights } = manifest.value;
  const { path } = gguf;
  const stamp = stampOf(path);
  if (stamp === undefined) throw new CodedError('unreadable', `The GGUF file ${path} is gone. ${ADVICE}`);
  if (stamp === gguf.stamp) return;
  if (statSync(path).size !== gguf.bytes || (await hashOfFile(path, options)) !== weights)
    throw new CodedError('mismatched', `The GGUF file ${path} has changed since it was added. ${ADVICE}`);
  try {
    writeManifest(folder, { ...manifest.value, gguf: { ...gguf, stamp } });
  } catch {
    // The folder cannot be written: the file is hashed again the next time.
  }
}
