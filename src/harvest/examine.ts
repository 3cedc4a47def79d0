// One file's bytes -> a harvested file, or why it is left out. The same for a whole folder and for one saved file.

import { hash } from 'node:crypto';
import { leftOutByContent } from './content.ts';
import { decodeText } from './decode.ts';
import { isData, kindOf, languageIdOf } from './languages.ts';
import { isSecretFileIfAnyFound } from './names.ts';
import { maskCharacter, maskSecrets } from './secrets.ts';
import type { HarvestedFile, LeftOutReason } from './types.ts';

/** Recordings and tables: a few lines of them teach as much as all. */
const maxDataBytes = 128_000;

export type Examined =
  | { readonly file: Omit<HarvestedFile, 'split'>; readonly leftOut?: undefined }
  | { readonly file?: undefined; readonly leftOut: LeftOutReason };

export function examine(path: string, bytes: Buffer): Examined {
  const languageId = languageIdOf(path);
  const kind = kindOf(languageId);
  if (isData(languageId) && bytes.length > maxDataBytes) return { leftOut: 'too-large' };
  const decoded = decodeText(bytes);
  if (decoded === undefined) return { leftOut: 'binary' };
  const leftOut = leftOutByContent(decoded, kind);
  if (leftOut !== undefined) return { leftOut };
  const { text, count } = maskSecrets(decoded, path);
  if (count > 0 && (isSecretFileIfAnyFound(path) || isMostlyMasked(text))) return { leftOut: 'secret-file' };
  return { file: { path, languageId, kind, text, hash: hash('sha256', text, 'hex'), secrets: count } };
}

/** A key store under another name. */
function isMostlyMasked(text: string): boolean {
  let masked = 0;
  for (const unit of text) if (unit === maskCharacter) masked++;
  return masked > text.length / 2;
}
