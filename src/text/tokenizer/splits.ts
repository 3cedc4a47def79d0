// Cuts a text into words before bytes are merged: the pre-tokenizer of a tokenizer.json as a list of patterns. Each
// pattern is applied to the pieces of the one before it. Each match is a piece, and so is the text between two matches.
import { quoted } from '../../common/plain-text.ts';

/** GPT-2's pattern; a ByteLevel pre-tokenizer applies it unless `use_regex` is false. */
export const GPT2_PATTERN = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/** The pattern of the shipped models: no match is longer than 128 characters. */
export const OWN_PATTERN =
  '(?:\\r?\\n){1,16}[ \\t]{0,128}|[ _]?[A-Z]?[a-z]{1,32}|[ _]?[A-Z]{1,32}(?![a-z])| ?[0-9]| ?[\\x21-\\x2F\\x3A-\\x40\\x5B-\\x60\\x7B-\\x7E]{1,32}' +
  '| ?[^\\x00-\\x7F]{1,32}|[ \\t]{1,128}(?= [^ \\t\\r\\n])|[ \\t]{1,128}|[\\x00-\\x1F\\x7F]';

const ENGLISH = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const BLANKS = '\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';
const LETTERS = '[^\\r\\n\\p{L}\\p{N}]?\\p{L}+';
const SIGNS = ' ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*';

/** GPT-4's pattern (cl100k). @param digits pattern of a number @param signs pattern of punctuation with line ends */
export const gpt4Pattern = (digits: string, signs = SIGNS) => `${ENGLISH}|${LETTERS}|${digits}|${signs}|${BLANKS}`;

/** DeepSeek Coder's patterns, one after the other. */
export const DEEPSEEK_PATTERNS: readonly string[] = [
  '[\\r\\n]',
  '\\s?\\p{L}+',
  '\\s?\\p{P}+',
  '[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+',
];

/**
 * The expressions of our own files; each runs in linear time. One with backtracking could block the process for ever.
 */
const KNOWN_PATTERNS: ReadonlySet<string> = new Set([
  OWN_PATTERN,
  GPT2_PATTERN,
  // Llama 3 and DBRX; Qwen; Seed-Coder.
  gpt4Pattern('\\p{N}{1,3}'),
  gpt4Pattern('\\p{N}'),
  gpt4Pattern('\\p{N}{1}', ' ?[^\\s\\p{L}\\p{N}\\r\\n]+'),
  ...DEEPSEEK_PATTERNS,
]);

/** Global unicode patterns of a pre-tokenizer: splits by our patterns and digits, then a ByteLevel. */
export function splitsOf(preTokenizer: unknown): readonly RegExp[] {
  const top = readObject(preTokenizer, 'pre_tokenizer');
  const steps = top.type === 'Sequence' ? readList(top.pretokenizers, 'pre_tokenizer.pretokenizers') : [top];
  return steps.flatMap((entry) => {
    const step = readObject(entry, 'pre_tokenizer');
    if (step.type === 'ByteLevel') return step.use_regex === false ? [] : [compilePattern(GPT2_PATTERN)];
    if (step.type === 'Digits') return [/\p{N}/gu];
    if (step.type !== 'Split') throw new MalformedTokenizer(`pre_tokenizer ${quoted(step.type)} is not supported here`);
    const source = readString(readObject(step.pattern, 'Split.pattern').Regex, 'Split.pattern.Regex');
    if (!KNOWN_PATTERNS.has(source))
      throw new MalformedTokenizer(`it splits words by an unsupported pattern, ${quoted(source)}`);
    return [compilePattern(source)];
  });
}

/**
 * Converts a pattern of the Rust library (Oniguruma) to JavaScript. There, white space and digits are Unicode's: U+0085
 * is white space, and a byte order mark is not.
 */
function compilePattern(source: string): RegExp {
  return new RegExp(
    source.replace(/\\([\s\S])/gu, (whole, letter: string) => UNICODE_CLASSES.get(letter) ?? whole),
    'gu',
  );
}

const UNICODE_CLASSES = new Map([
  ['s', '\\p{White_Space}'],
  ['S', '\\P{White_Space}'],
  ['d', '\\p{Nd}'],
  ['D', '\\P{Nd}'],
]);

/** A pattern that matches only this text. */
export function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/gu, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`);
}

/** Calls `word` with each word of the text, in order; the words join to the text. */
export function forEachWord(text: string, splits: readonly RegExp[], onWord: (onWord: string) => void, step = 0): void {
  const pattern = splits[step];
  if (pattern === undefined) {
    onWord(text);
    return;
  }
  const isLastStep = step + 1 === splits.length;
  const onPiece = (part: string) => (isLastStep ? onWord(part) : forEachWord(part, splits, onWord, step + 1));
  forEachPiece(text, pattern, onPiece, onPiece);
}

/** The matches of a pattern and the texts between them, in order. */
export function forEachPiece(
  text: string,
  pattern: RegExp,
  onMatch: (piece: string) => void,
  onGap: (piece: string) => void,
): void {
  let end = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const piece = match[0];
    if (match.index > end) onGap(text.slice(end, match.index));
    end = match.index + piece.length;
    if (piece.length === 0) pattern.lastIndex += 1;
    else onMatch(piece);
  }
  if (end < text.length) onGap(text.slice(end));
}

type TokenizerJson = Readonly<Record<string, unknown>>;

/** The message says which part of the file cannot be used. */
export class MalformedTokenizer extends Error {}

export function readObject(value: unknown, where: string): TokenizerJson {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as TokenizerJson;
  throw new MalformedTokenizer(`${where} is not an object`);
}

/** A location in the file. A function delays building the text until an error needs it, for long lists. */
type JsonLocation = string | (() => string);

const describeLocation = (where: JsonLocation) => (typeof where === 'string' ? where : where());

export function readString(value: unknown, where: JsonLocation): string {
  if (typeof value === 'string') return value;
  throw new MalformedTokenizer(`${describeLocation(where)} is not a string`);
}

export function readId(value: unknown, where: JsonLocation): number {
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 24) return value as number;
  throw new MalformedTokenizer(`${describeLocation(where)} is not a token id`);
}

export function readList(value: unknown, where: JsonLocation): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new MalformedTokenizer(`${describeLocation(where)} is not a list`);
}
