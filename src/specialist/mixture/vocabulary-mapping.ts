// The words of a neural model whose tokenizer is another than the n-grams': where they end a line, and what must be taken back of a text
// before such a model goes on with it.
import { OwnFile } from '../ngram/own-file.ts';
import { Vocabulary } from '../ngram/vocabulary.ts';
import { LogitReader } from './logit-reader.ts';

/** The unfinished piece before the cursor, with the blank before it: most tokenizers give the last one of an indent to the word behind it. */
const UNFINISHED = /(?:[ _]?\p{Lu}?[\p{Ll}\p{Lo}]+|[ _]?\p{Lu}+| ?\p{N}| ?[^\s\p{L}\p{N}]+|[^\S\n]+)$/u;
/** How far back it is looked for; and what is encoded for it, a few lines. UTF-16 units. */
const REACH = 64;
const LINES = 400;

/**
 * What the model's first tokens have to spell again: the tokens that hold some of the unfinished piece. In a blank line that is the indent
 * and the line end before it, with the signs that it may be one token with.
 */
export function respelledText(prefix: string, tokenizer: Vocabulary['tokenizer']): string {
  const near = prefix.slice(-REACH);
  const blank = /(?:\r?\n)?[^\S\n]*$/u.exec(near)?.[0] ?? '';
  const atLine = blank.includes('\n') || blank.length === prefix.length;
  const cut = atLine ? blank : (UNFINISHED.exec(near)?.[0] ?? '');
  if (cut === '') return '';
  const text = prefix.slice(-LINES);
  // What was cut off before it may have been one word with its beginning: a line further down is not.
  const line = text.indexOf('\n') + 1;
  const isCut = text.length < prefix.length && line > 0 && line < text.length - REACH;
  const tokens = tokenizer.encode(isCut ? text.slice(line) : text);
  let back = 0;
  let from = tokens.length;
  const wanted = new TextEncoder().encode(cut).length;
  while (from > 0 && back < wanted) back += tokenizer.bytesOf(tokens[--from] as number).length;
  // Not within a character, nor what was composed (NFC).
  while (from > 0 && !prefix.endsWith(tokenizer.decode(tokens.subarray(from)))) from--;
  const again = tokenizer.decode(tokens.subarray(from));
  return prefix.endsWith(again) && again.length >= cut.length ? again : cut;
}

export class VocabularyMapping {
  readonly vocabulary: Vocabulary;
  readonly reader: LogitReader;
  /** The query's document in these words. */
  readonly own: OwnFile;
  /** By what stands before their line end: tokens that bring a line to its end and hold something of it (';\n'). */
  private readonly endings = new Map<string, number[]>();

  /** It is shown what stands behind the cursor. */
  readonly seesSuffix: boolean;

  /** @param size of the model's vocabulary */
  constructor(tokenizer: Vocabulary['tokenizer'], size: number, seesSuffix = true) {
    this.seesSuffix = seesSuffix;
    this.vocabulary = new Vocabulary(tokenizer);
    const endsLine = new Uint8Array(this.vocabulary.size);
    for (let id = 0; id < tokenizer.vocabularySize; id++) {
      if (this.vocabulary.endsLine[id] === 0) continue;
      const head = tokenHead(tokenizer.bytesOf(id)) as Uint8Array;
      if (head.length === 0) endsLine[id] = 1;
      else {
        const key = keyOf(head);
        this.endings.set(key, [...(this.endings.get(key) ?? []), id]);
      }
    }
    // To the reader what holds something of the line is a token like others.
    this.reader = new LogitReader({ tokenizer, endsLine }, size);
    this.own = new OwnFile(this.vocabulary, (prefix) => respelledText(prefix, tokenizer));
  }

  /** Tokens that spell exactly these bytes and then end the line. */
  endingWith(bytes: Uint8Array): readonly number[] {
    return this.endings.get(keyOf(bytes)) ?? [];
  }
}

/** What stands before the first line end; undefined where there is none. */
export function tokenHead(bytes: Uint8Array): Uint8Array | undefined {
  const end = bytes.indexOf(10);
  if (end < 0) return undefined;
  return bytes.subarray(0, end > 0 && bytes[end - 1] === 13 ? end - 1 : end);
}

const keyOf = (bytes: Uint8Array) => String.fromCharCode(...bytes);
