// Converts a file's bytes to a harvested file, or returns the reason to leave it out.

import { hash } from 'node:crypto';
import { kindOf, languageIdOf, languageOf } from '../../text/languages.ts';
import type { SecretValues } from '../secrets/known/known.ts';
import { redactPath } from '../secrets/known/redact-path.ts';
import { findSecrets, redactionCharacter, redactRanges, type SecretRange } from '../secrets/redact.ts';
import { leftOutByContent } from './content.ts';
import { decodeText } from './decode.ts';
import { isSecretFileIfAnyFound } from './file-names.ts';
import type { HarvestedFile, LeftOutReason } from './types.ts';

/** Size limit for recordings and tables, where a few lines are as useful as all. */
const maxDataBytes = 128_000;

export type ExaminedFile =
  | { readonly file: Omit<HarvestedFile, 'split'>; readonly leftOut?: undefined }
  | { readonly file?: undefined; readonly leftOut: LeftOutReason };

/** A file's unredacted text: only `redactFile` may use it. */
export interface RawText {
  readonly path: string;
  readonly languageId: string;
  readonly kind: HarvestedFile['kind'];
  readonly text: string;
  readonly secrets: readonly SecretRange[];
}

export function decodeFile(
  path: string,
  bytes: Buffer,
):
  | { readonly raw: RawText; readonly leftOut?: undefined }
  | { readonly raw?: undefined; readonly leftOut: LeftOutReason } {
  const languageId = languageIdOf(path);
  const kind = kindOf(languageId);
  if (languageOf(languageId).recordings && bytes.length > maxDataBytes) return { leftOut: 'too-large' };
  const text = decodeText(bytes);
  if (text === undefined) return { leftOut: 'binary' };
  const leftOut = leftOutByContent(text, kind);
  if (leftOut !== undefined) return { leftOut };
  return { raw: { path, languageId, kind, text, secrets: findSecrets(text, path) } };
}

/** Redacts the file's own secrets and the known secrets of its folder. Adds its own secrets to `known`. */
export function redactFile(
  { path, languageId, kind, text: rawText, secrets }: RawText,
  known: SecretValues,
): ExaminedFile {
  known.learn(secrets);
  const { text, count } = redactRanges(rawText, [...secrets, ...known.find(rawText)]);
  if (count > 0 && (isSecretFileIfAnyFound(path) || isMostlyRedacted(text))) return { leftOut: 'secret-file' };
  const redactedPath = redactPath(path, [known]);
  return { file: { path: redactedPath, languageId, kind, text, hash: hash('sha256', text, 'hex'), secrets: count } };
}

/** Whether most of the text is redacted: the file is a key store under another name. */
function isMostlyRedacted(text: string): boolean {
  let count = 0;
  for (const unit of text) if (unit === redactionCharacter) count++;
  return count > text.length / 2;
}
