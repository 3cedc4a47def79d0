// The vocabulary of a neural model whose tokenizer differs from that of the n-grams: which tokens end a line, and which
// text before the cursor its first tokens have to spell again.
import { OwnFile } from '../ngram/own-file.ts';
import { Vocabulary } from '../ngram/vocabulary.ts';

/**
 * The unfinished piece before the cursor, with the blank before it: most tokenizers join the last blank of an indent to
 * the next word.
 */
const UNFINISHED_PIECE = /(?:[ _]?\p{Lu}?[\p{Ll}\p{Lo}]+|[ _]?\p{Lu}+| ?\p{N}| ?[^\s\p{L}\p{N}]+|[^\S\n]+)$/u;
/** How far back the piece may begin, and how much text is encoded to find its tokens. UTF-16 units. */
const MAX_PIECE_LENGTH = 64;
const MAX_ENCODED_LENGTH = 400;

/**
 * The text that the model's first tokens have to spell again: all tokens that hold a part of the unfinished piece. In a
 * blank line these are the indent and the line end before it, with the signs that share a token with them.
 */
export function respelledText(prefix: string, tokenizer: Vocabulary['tokenizer']): string {
  const near = prefix.slice(-MAX_PIECE_LENGTH);
  const blank = /(?:\r?\n|(?<![^\S\n]))[^\S\n]*$/u.exec(near)?.[0] ?? '';
  const atLine = blank.includes('\n') || blank.length === prefix.length;
  const cut = atLine ? blank : (UNFINISHED_PIECE.exec(near)?.[0] ?? '');
  if (cut === '') return '';
  const text = prefix.slice(-MAX_ENCODED_LENGTH);
  // The window may begin within a token. Encoding then starts at the next line.
  const line = text.indexOf('\n') + 1;
  const isCut = text.length < prefix.length && line > 0 && line < text.length - MAX_PIECE_LENGTH;
  const tokens = tokenizer.encode(isCut ? text.slice(line) : text);
  let coveredBytes = 0;
  let firstToken = tokens.length;
  const cutBytes = new TextEncoder().encode(cut).length;
  while (firstToken > 0 && coveredBytes < cutBytes)
    coveredBytes += tokenizer.bytesOf(tokens[--firstToken] as number).length;
  // Extend the cut to whole characters and to text that NFC does not change.
  while (firstToken > 0 && !prefix.endsWith(tokenizer.decode(tokens.subarray(firstToken)))) firstToken--;
  const respelled = tokenizer.decode(tokens.subarray(firstToken));
  return prefix.endsWith(respelled) && respelled.length >= cut.length ? respelled : cut;
}

export class VocabularyMapping {
  readonly vocabulary: Vocabulary;
  /** 0: ordinary; 1: ends the line and holds nothing else; 2: special, ends the middle. */
  readonly kinds: Uint8Array;
  /** The query's document in this vocabulary. */
  readonly own: OwnFile;
  /** Tokens with text before their line end (';\n'), by that text. */
  private readonly endings = new Map<string, number[]>();

  /** The model's prompt shows the text behind the cursor. */
  readonly seesSuffix: boolean;

  /** @param size of the model's vocabulary */
  constructor(tokenizer: Vocabulary['tokenizer'], size: number, seesSuffix = true) {
    this.seesSuffix = seesSuffix;
    this.vocabulary = new Vocabulary(tokenizer);
    // Ids that the tokenizer does not know count as special; a token with text before its line end is ordinary.
    this.kinds = new Uint8Array(size).fill(2);
    for (let id = 0; id < tokenizer.vocabularySize; id++) {
      const bytes = tokenizer.bytesOf(id);
      if (bytes.length > 0) this.kinds[id] = 0;
      if (this.vocabulary.endsLine[id] === 0) continue;
      const head = tokenHead(bytes) as Uint8Array;
      if (head.length === 0) this.kinds[id] = 1;
      else {
        const key = keyOf(head);
        this.endings.set(key, [...(this.endings.get(key) ?? []), id]);
      }
    }
    this.own = new OwnFile(this.vocabulary, (prefix) => respelledText(prefix, tokenizer));
  }

  /** Tokens that spell exactly these bytes and then end the line. */
  endingWith(bytes: Uint8Array): readonly number[] {
    return this.endings.get(keyOf(bytes)) ?? [];
  }
}

/** The bytes before the first line end; undefined if there is none. */
export function tokenHead(bytes: Uint8Array): Uint8Array | undefined {
  const end = bytes.indexOf(10);
  if (end < 0) return undefined;
  return bytes.subarray(0, end > 0 && bytes[end - 1] === 13 ? end - 1 : end);
}

const keyOf = (bytes: Uint8Array) => String.fromCharCode(...bytes);
