// Decodes a file's bytes in any encoding to a harvested file, or returns the reason to leave it out.
import { isAscii, isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import { kindOf, languageIdOf, languageOf } from '../../text/languages.ts';
import { lineEnd, toLineFeeds } from '../../text/lines.ts';
import {
  findSecrets,
  redactFound,
  redactionCharacter,
  redactPath,
  type SecretRange,
  type SecretValues,
} from '../secrets/secrets.ts';
import { isSecretFileIfAnyFound } from './file-names.ts';
import type { HarvestedFile, LeftOutReason } from './harvest-types.ts';

/** Windows-1252's characters for 0x80..0x9f, where Latin-1 has control characters. https://encoding.spec.whatwg.org */
const windows1252 =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178';

/** Number of bytes checked to recognise a binary file. */
export const sampleBytes = 8192;
/** Maximum shares of control characters, and of non-ASCII bytes in a file that is not UTF-8. */
const maxControlShare = 0.01;
const maxNonAsciiShare = 0.3;

/**
 * Decodes UTF-8, UTF-16 with a byte order mark, or else Windows-1252. Removes the mark and converts line ends to '\n'.
 * Returns undefined for binary files, UTF-32, and encodings that cannot be distinguished (Shift-JIS, GBK).
 */
export function decodeText(bytes: Buffer): string | undefined {
  const text = decodeBytes(bytes);
  return text === undefined ? undefined : toLineFeeds(text);
}

function decodeBytes(bytes: Buffer): string | undefined {
  const mark = utf16Mark(bytes);
  if (mark !== undefined) return decodeUtf16(bytes.subarray(2), mark);
  const [a, b, c] = bytes;
  const start = a === 0xef && b === 0xbb && c === 0xbf ? 3 : 0;
  const body = bytes.subarray(start);
  const sample = body.subarray(0, sampleBytes);
  if (controlShare(sample) > maxControlShare) return undefined;
  if (body.includes(0)) return undefined;
  if (isAscii(body)) return body.toString('latin1');
  return isUtf8(body) ? body.toString('utf8') : decodeWindows1252(body, sample);
}

/** The encoding that a byte order mark tells; that of UTF-32 begins like one of UTF-16. */
export function utf16Mark([a, b, c, d]: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  if (a === 0xff && b === 0xfe && !(c === 0 && d === 0)) return 'utf-16le';
  return a === 0xfe && b === 0xff ? 'utf-16be' : undefined;
}

function decodeUtf16(bytes: Buffer, encoding: 'utf-16le' | 'utf-16be'): string | undefined {
  if (bytes.length % 2 !== 0) return undefined;
  const text = (encoding === 'utf-16le' ? bytes : Buffer.from(bytes).swap16()).toString('utf16le');
  if (!text.isWellFormed() || text.includes('\0')) return undefined;
  // Random byte pairs may be well formed, but nearly always contain unassigned or control characters.
  const sample = text.slice(0, sampleBytes / 2);
  const unusual = sample.match(/[\p{Cn}\p{Co}]|(?![\t\n\f\r])\p{Cc}/gu)?.length ?? 0;
  return unusual / sample.length > maxControlShare ? undefined : text;
}

function decodeWindows1252(body: Buffer, sample: Buffer): string | undefined {
  let nonAsciiBytes = 0;
  for (const byte of sample) if (byte >= 0x80) nonAsciiBytes++;
  if (nonAsciiBytes / sample.length > maxNonAsciiShare) return undefined;
  return fromWindows1252(body.toString('latin1'));
}

/** @param latin1 the bytes, each as a character */
export function fromWindows1252(latin1: string): string {
  return latin1.replace(/[\x80-\x9f]/g, (character) => windows1252[character.charCodeAt(0) - 0x80] ?? character);
}

/** A text of git's objects: a diff's two sides may have different encodings, so each line is decoded by itself. */
export function decodeStored(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  const decodeLine = (line: string) => {
    const lineBytes = Buffer.from(line, 'latin1');
    return isUtf8(lineBytes) ? lineBytes.toString('utf8') : fromWindows1252(line);
  };
  const text = utf16Mark(bytes) === undefined ? undefined : decodeBytes(bytes);
  return text ?? bytes.toString('latin1').split('\n').map(decodeLine).join('\n');
}

/** The share of bytes that are control characters other than tab, line ends, form feed and escape. */
function controlShare(sample: Buffer): number {
  let controls = 0;
  for (const byte of sample)
    if ((byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 12 && byte !== 13 && byte !== 27) || byte === 0x7f)
      controls++;
  return sample.length === 0 ? 0 : controls / sample.length;
}

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
  const { text, count } = redactFound(rawText, secrets, [known]);
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
