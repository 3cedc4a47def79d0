// Converts one file's bytes to a harvested file or a reason to leave it out, for a folder and for a saved file.

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

export type Examined =
  | { readonly file: Omit<HarvestedFile, 'split'>; readonly leftOut?: undefined }
  | { readonly file?: undefined; readonly leftOut: LeftOutReason };

/** A file's unredacted text: only `redacted` may use it. */
export interface RawText {
  readonly path: string;
  readonly languageId: string;
  readonly kind: HarvestedFile['kind'];
  readonly text: string;
  readonly secrets: readonly SecretRange[];
}

export function decoded(
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
export function redacted({ path, languageId, kind, text: raw, secrets }: RawText, known: SecretValues): Examined {
  known.learn(secrets);
  const { text, count } = redactRanges(raw, [...secrets, ...known.find(raw)]);
  if (count > 0 && (isSecretFileIfAnyFound(path) || isMostlyRedacted(text))) return { leftOut: 'secret-file' };
  const name = redactPath(path, [known]);
  return { file: { path: name, languageId, kind, text, hash: hash('sha256', text, 'hex'), secrets: count } };
}

/** Whether most of the text is redacted: the file is a key store under another name. */
function isMostlyRedacted(text: string): boolean {
  let redacted = 0;
  for (const unit of text) if (unit === redactionCharacter) redacted++;
  return redacted > text.length / 2;
}
