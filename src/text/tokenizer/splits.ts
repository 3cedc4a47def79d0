// Cuts a text into words before bytes are merged: the pre-tokenizer of a tokenizer.json as a list of patterns. Each
// pattern is applied to the pieces of the one before it. Each match is a piece, and so is the text between two matches.
import { plainLine } from '../../common/plain-text.ts';
import { list, Malformed, record, string } from './json.ts';

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

const [UPPER, LOWER] = ['[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]', '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]'];

/** Words end where a capital follows a small letter (o200k, Tekken). @param ending what may follow a word */
const casedPattern = (digits: string, ending: string) =>
  `[^\\r\\n\\p{L}\\p{N}]?${UPPER}*${LOWER}+${ending}|[^\\r\\n\\p{L}\\p{N}]?${UPPER}+${LOWER}*${ending}` +
  `|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${BLANKS}`;

/**
 * The supported expressions; each runs in linear time. A model's file may contain any expression, and one with
 * backtracking could block the process for ever.
 */
export const KNOWN_PATTERNS: ReadonlySet<string> = new Set([
  OWN_PATTERN,
  GPT2_PATTERN,
  // Llama 3, GPT-4, DBRX, GLM-4, Phi-4, SmolLM3; Qwen, StableLM 2; Seed-Coder.
  gpt4Pattern('\\p{N}{1,3}'),
  gpt4Pattern('\\p{N}'),
  gpt4Pattern('\\p{N}{1}', ' ?[^\\s\\p{L}\\p{N}\\r\\n]+'),
  // Qwen 3.5.
  `${ENGLISH}|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|${BLANKS}`,
  // GPT-4o, gpt-oss, Llama 4; Mistral.
  casedPattern('\\p{N}{1,3}', `${ENGLISH}?`),
  casedPattern('\\p{N}', ''),
  // DeepSeek Coder.
  '[\\r\\n]',
  '\\s?\\p{L}+',
  '\\s?\\p{P}+',
  '[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+',
  // DeepSeek V3 and R1.
  '[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+',
  '[!"#$%&\'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+' +
    `| ?[\\p{P}\\p{S}]+[\\r\\n]*|${BLANKS}`,
  // Digits.
  ...['\\p{N}', '\\p{N}+', '\\p{N}{1,3}', '\\d', '\\d+', '\\d{1,3}', '[0-9]', '[0-9]+'],
]);

/** Maximum number of steps; known tokenizers have at most six. */
const MOST_STEPS = 20;

/** Global unicode patterns. Throws Malformed for a pre-tokenizer whose result would differ from the model's library. */
export function splitsOf(preTokenizer: unknown): readonly RegExp[] {
  const top = record(preTokenizer, 'pre_tokenizer');
  const steps = top.type === 'Sequence' ? list(top.pretokenizers, 'pre_tokenizer.pretokenizers') : [top];
  if (steps.length > MOST_STEPS) throw new Malformed(`pre_tokenizer has more than ${MOST_STEPS} steps`);
  const splits: RegExp[] = [];
  let byteLevel = false;
  for (const entry of steps) {
    const step = record(entry, 'pre_tokenizer');
    if (step.type === 'ByteLevel') {
      byteLevel = true;
      if (step.add_prefix_space === true) throw new Malformed('add_prefix_space would change the text');
      if (step.use_regex !== false) splits.push(compiled(GPT2_PATTERN));
    } else if (step.type === 'Split' && !byteLevel) {
      // The pattern may match words or separators: both become pieces.
      if (step.behavior !== 'Isolated') throw new Malformed('Split must be "Isolated"');
      const pattern = record(step.pattern, 'Split.pattern');
      splits.push(
        typeof pattern.String === 'string'
          ? new RegExp(escaped(pattern.String), 'gu')
          : compiled(known(string(pattern.Regex, 'Split.pattern.Regex'))),
      );
    } else if (step.type === 'Digits' && !byteLevel) {
      splits.push(step.individual_digits === true ? /\p{N}/gu : /\p{N}+/gu);
    } else throw new Malformed(`pre_tokenizer '${string(step.type, 'its type')}' is not supported here`);
  }
  if (!byteLevel || splits.length === 0) throw new Malformed('pre_tokenizer must split and then be ByteLevel');
  return splits;
}

/**
 * Converts a pattern of the Rust library (Oniguruma) to JavaScript. There, white space and digits are Unicode's: U+0085
 * is white space, and a byte order mark is not.
 */
function compiled(source: string): RegExp {
  const unicode = source.replace(/\\([\s\S])/gu, (whole, letter: string) => CLASSES.get(letter) ?? whole);
  try {
    return new RegExp(unicode, 'gu');
  } catch (error) {
    throw new Malformed(`its pattern is not a regular expression here: ${(error as Error).message}`);
  }
}

/**
 * The supported expression that equals `source`. Files spell line ends and other characters differently.
 */
function known(source: string): string {
  const spelled = source
    .replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replaceAll('\r', '\\r')
    .replaceAll('\n', '\\n');
  if (KNOWN_PATTERNS.has(spelled)) return spelled;
  const shown = plainLine(source, 60);
  throw new Malformed(
    `it cuts words by an expression that is not known, '${shown}': ` +
      'those of GPT-2, GPT-4, Llama 3, Qwen, DeepSeek, Mistral, StarCoder and SmolLM are',
  );
}

const CLASSES = new Map([
  ['s', '\\p{White_Space}'],
  ['S', '\\P{White_Space}'],
  ['d', '\\p{Nd}'],
  ['D', '\\P{Nd}'],
]);

/** A pattern that matches only this text. */
export function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/gu, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`);
}

/** Calls `word` with each word of the text, in order; the words join to the text. */
export function eachWord(text: string, splits: readonly RegExp[], word: (word: string) => void, step = 0): void {
  const pattern = splits[step];
  if (pattern === undefined) {
    word(text);
    return;
  }
  const last = step + 1 === splits.length;
  const piece = (part: string) => (last ? word(part) : eachWord(part, splits, word, step + 1));
  eachPiece(text, pattern, piece, piece);
}

/** The matches of a pattern and the texts between them, in order. */
export function eachPiece(
  text: string,
  pattern: RegExp,
  matched: (piece: string) => void,
  between: (piece: string) => void,
): void {
  let end = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const piece = match[0];
    if (match.index > end) between(text.slice(end, match.index));
    end = match.index + piece.length;
    if (piece.length === 0) pattern.lastIndex += 1;
    else matched(piece);
  }
  if (end < text.length) between(text.slice(end));
}
