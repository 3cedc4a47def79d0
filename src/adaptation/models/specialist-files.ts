// The specialist's files on disk: the tokenizer it is given, the snapshot it is kept in.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failed, messageOf, type Result } from '../../common/errors.ts';
import { replaceFile } from '../../common/files.ts';
import type { Log } from '../../common/log.ts';
import { NgramModel, type NgramWeights } from '../../specialist/ngram/model.ts';
import { readTokenizer } from '../../text/tokenizer/load.ts';
import type { Tokenizer } from '../../text/tokenizer/types.ts';
import type { AdaptRequest } from '../types.ts';

export const snapshotName = 'specialist.ngram';

/** The folder's specialist as the last run left it. */
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
    return failed('unreadable', `There is no specialist yet: ${messageOf(error)}. Adapt to the folder first.`);
  }
  const model = NgramModel.deserialize(bytes, tokenizer.value);
  if (!model.ok) log.warn(`The earlier specialist is set aside: ${model.error.message}`);
  return model;
}

/** The mixing weights of the snapshot that is there, if one is: a quick re-index keeps what an adaptation learned. */
export async function readWeights(folder: string, tokenizer: Tokenizer, log: Log): Promise<NgramWeights | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(join(folder, snapshotName));
  } catch {
    return undefined;
  }
  const weights = NgramModel.weightsOf(bytes, tokenizer);
  if (weights.ok) return weights.value;
  log.warn(`The earlier specialist is set aside: ${weights.error.message}`);
  return undefined;
}

/**
 * Writes the snapshot beside the old one, then swaps: a crash, or a second window on the same folder, leaves one or the
 * other whole. Returns its path.
 */
export function writeSnapshot(folder: string, bytes: Uint8Array): string {
  const path = join(folder, snapshotName);
  replaceFile(path, [bytes]);
  return path;
}
