// Whether the GGUF file of a registered base, which stays where it is, is still the file that was registered. It has
// gigabytes, so it is read again only if the system says that it changed.
import { statSync } from 'node:fs';
import { CodedError } from '../../common/errors.ts';
import { type HashOptions, hashOfFile, stampOf } from '../../common/file-hash.ts';
import { readManifest, writeManifest } from './manifest.ts';

const ADVICE = 'Remove the base and add the file again, or choose another base.';

/**
 * Does nothing for a folder of another kind. A changed file is hashed; if it has the same bytes, that is noted. Throws
 * CodedError 'unreadable', 'mismatched' if it is another file than the registered one, and the signal's reason.
 */
export async function checkGgufFile(folder: string, options: HashOptions = {}): Promise<void> {
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
