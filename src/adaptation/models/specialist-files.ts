// The n-gram model's files on disk: tokenizer and snapshot.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failed, messageOf, type Result } from '../../common/errors.ts';
import { replaceFile } from '../../common/files.ts';
import type { Log } from '../../common/log.ts';
import { NgramModel } from '../../specialist/ngram/model.ts';
import { readTokenizer } from '../../text/tokenizer/load.ts';
import type { AdaptRequest } from '../types.ts';

export const snapshotName = 'specialist.ngram';

/** The folder's stored n-gram model. */
export async function readSpecialist(
  request: Pick<AdaptRequest, 'specialistFolder' | 'tokenizerPath'>,
  log: Log,
): Promise<Result<NgramModel>> {
  const tokenizer = readTokenizer(request.tokenizerPath);
  if (!tokenizer.ok) return tokenizer;
  let bytes: Uint8Array;
  try {
    bytes = await readFile(join(request.specialistFolder, snapshotName));
  } catch (error) {
    return failed(
      'unreadable',
      `There is no index of this folder yet: ${messageOf(error)}. Adapt to the folder first.`,
    );
  }
  const model = NgramModel.deserialize(bytes, tokenizer.value);
  if (!model.ok) log.warn(`The stored index is not used: ${model.error.message}`);
  return model;
}

/**
 * Writes the snapshot and replaces the old one atomically, so that a crash or a second window leaves a whole file.
 * Returns its path.
 */
export function writeSnapshot(folder: string, bytes: Uint8Array): string {
  const path = join(folder, snapshotName);
  replaceFile(path, [bytes]);
  return path;
}
