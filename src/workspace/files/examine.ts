// Converts a file's bytes to a harvested file, or returns the reason to leave it out.

import { hash } from 'node:crypto';
import { kindOf, languageIdOf, languageOf } from '../../text/languages.ts';
import { lineEnd } from '../../text/lines.ts';
import type { SecretValues } from '../secrets/known/known.ts';
import { redactPath } from '../secrets/known/redact-path.ts';
import { findSecrets, redactionCharacter, redactRanges, type SecretRange } from '../secrets/redact.ts';
import { decodeText } from './decode.ts';
import { isSecretFileIfAnyFound } from './file-names.ts';
import type { HarvestedFile, LeftOutReason } from './types.ts';

/** Size limit for recordings and tables, where a few lines are as useful as all. */
const maxDataBytes = 128_000;

/** Longest handwritten line, UTF-16 units. Prose may have a paragraph on one line. */
const maxLineLength = { code: 1000, prose: 20_000 };
/** Only the start of a file is searched, because generators put their notice there. */
const headerLines = 40;
const headerCharacters = 4000;

const commentLine = /^\s*(?:\/\/|\/\*|\*|#|<!--|--|;|%|\(\*|\{-|"""|'''|REM\b|'|dnl\b|\.\.)/i;
/** Phrases that only generators write. */
const generatorPhrase =
  /@generated\b(?!['"`])|<auto-?generated|\bcode generated\b.{0,300}\bdo not edit\b|\bthis (?:file|code|class|module) (?:is|was|has been) (?:auto[- ]?|automatically |machine[- ])?generated\b/i;
/** People write these phrases too, but rarely both in one header. */
const generatedWord = /\b(?:auto[- ]?)?generated\b/i;
const doNotEditPhrase = /\b(?:do not|don't|(?:should|must) not be|never) (?:hand[- ])?(?:edit|modify|change|touch)/i;

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

/** The reason to leave out a text, or undefined if it is handwritten. */
export function leftOutByContent(text: string, kind: 'code' | 'prose'): LeftOutReason | undefined {
  if (text.trim() === '') return 'empty';
  if (isMinified(text, maxLineLength[kind])) return 'minified';
  return isGenerated(text) ? 'generated' : undefined;
}

/** Whether more than half of the text is in lines that are too long. */
function isMinified(text: string, limit: number): boolean {
  let longLineCharacters = 0;
  let start = 0;
  while (start < text.length) {
    const end = lineEnd(text, start);
    if (end - start > limit) longLineCharacters += end - start;
    start = end + 1;
  }
  return longLineCharacters > text.length / 2;
}

/** Whether a comment near the top says that the file is generated. */
function isGenerated(text: string): boolean {
  const comments = text
    .slice(0, headerCharacters)
    .split('\n', headerLines)
    .filter((line) => commentLine.test(line));
  const hasComment = (pattern: RegExp) => comments.some((line) => pattern.test(line));
  return hasComment(generatorPhrase) || (hasComment(generatedWord) && hasComment(doNotEditPhrase));
}
