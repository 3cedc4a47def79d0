// How a text is cut into words before bytes are merged: the pre-tokenizer of a tokenizer.json as patterns that are applied one after the
// other, each to the pieces that the one before it left. What a pattern matches is a piece, and so is what lies between two matches.
import { list, Malformed, record, string } from './json.ts';

/** GPT-2's own pattern, which a ByteLevel pre-tokenizer applies by itself unless told not to. */
export const GPT2_PATTERN = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/** Global and unicode each. Throws Malformed on what it cannot do as the model's own library does. */
export function splitsOf(preTokenizer: unknown): readonly RegExp[] {
  const top = record(preTokenizer, 'pre_tokenizer');
  const steps = top.type === 'Sequence' ? list(top.pretokenizers, 'pre_tokenizer.pretokenizers') : [top];
  const splits: RegExp[] = [];
  let byteLevel = false;
  for (const entry of steps) {
    const step = record(entry, 'pre_tokenizer');
    if (step.type === 'ByteLevel') {
      byteLevel = true;
      if (step.add_prefix_space === true) throw new Malformed('add_prefix_space would change the text');
      if (step.use_regex !== false) splits.push(compiled(GPT2_PATTERN));
    } else if (step.type === 'Split' && !byteLevel) {
      // Whether the pattern says what is a word or what lies between two: each becomes a piece of its own.
      if (step.behavior !== 'Isolated') throw new Malformed('Split must be "Isolated"');
      const pattern = record(step.pattern, 'Split.pattern');
      splits.push(
        typeof pattern.String === 'string'
          ? new RegExp(escaped(pattern.String), 'gu')
          : compiled(string(pattern.Regex, 'Split.pattern.Regex')),
      );
    } else if (step.type === 'Digits' && !byteLevel) {
      splits.push(step.individual_digits === true ? /\p{N}/gu : /\p{N}+/gu);
    } else throw new Malformed(`pre_tokenizer '${string(step.type, 'its type')}' is not supported here`);
  }
  if (!byteLevel || splits.length === 0) throw new Malformed('pre_tokenizer must split and then be ByteLevel');
  return splits;
}

/**
 * A pattern of the Rust library's (Oniguruma's) dialect in this one's. White space and digits are Unicode's there: a line separator of
 * older systems (U+0085) is white space, a byte order mark is none.
 */
function compiled(source: string): RegExp {
  const unicode = source.replace(/\\([\s\S])/gu, (whole, letter: string) => CLASSES.get(letter) ?? whole);
  try {
    return new RegExp(unicode, 'gu');
  } catch (error) {
    throw new Malformed(`its pattern is not a regular expression here: ${(error as Error).message}`);
  }
}

const CLASSES = new Map([
  ['s', '\\p{White_Space}'],
  ['S', '\\P{White_Space}'],
  ['d', '\\p{Nd}'],
  ['D', '\\P{Nd}'],
]);

/** A text as a pattern that matches it and nothing else. */
export function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/gu, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`);
}

/** Calls `word` with each word of the text, in order; all of them together are the text. */
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

/** What a pattern matches, and what lies between, in order. */
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
