// The query's own document as tokens: text before the cursor (healed at a token boundary) and after its line.
// Only what changed since the last keystroke is tokenized again.
import type { CompletionQuery } from '../../common/completion.ts';
import { indentLength, lineEnd, lineStart } from '../../text/lines.ts';
import { windowStart } from '../../text/windows.ts';
import { ListIndex } from './list-index.ts';
import { lineHash, type Vocabulary } from './vocabulary.ts';

/**
 * Window of the document that is read, UTF-16 units. Its start moves in large steps, so that the pieces stay the same.
 */
const prefixWindow = { reach: 60_000, step: 16_384 };
const suffixReach = 20_000;
/** The prefix is kept in tokenized pieces of about this length, each ending before a line end. */
const pieceLength = 2048;

/** Text before the cursor that may still grow: the last part of a camel-case name, a digit, punctuation or spaces. */
const unfinished = /(?:[ _]?\p{Lu}?[\p{Ll}\p{Lo}]+|[ _]?\p{Lu}+| ?\p{N}| ?[^\s\p{L}\p{N}]+|[^\S\n]+)$/u;
/** Maximum length of that text, UTF-16 units. */
const unfinishedReach = 64;

/**
 * The text before the cursor that the first tokens of a draft repeat. It contains nothing of the line's indent, which
 * belongs to the line end's token.
 */
function unfinishedPiece(prefix: string): string {
  const line = prefix.slice(lineStart(prefix));
  return unfinished.exec(line.slice(Math.max(indentLength(line), line.length - unfinishedReach)))?.[0] ?? '';
}

interface Piece {
  readonly text: string;
  readonly tokens: Int32Array;
}

export class OwnFile {
  readonly index: ListIndex;
  /** Tokens up to the healed cursor; the rest of the array is room for a draft. */
  context: Int32Array = new Int32Array(0);
  contextLength = 0;
  /**
   * The same tokens for the n-grams: after a separator if they begin where the file does, so that the first lines of a
   * file equal those of others.
   */
  before: Int32Array = new Int32Array(0);
  /** Bytes before the cursor that the first tokens have to repeat. */
  healed: Uint8Array = new Uint8Array(0);
  /** Tokens after the cursor's line; they begin with its line end. */
  after: Int32Array = new Int32Array(0);
  /** Hash of the first non-blank line after the cursor's line. */
  following = 0;
  private readonly counts: Int32Array;
  private counted = 0;
  private readonly vocabulary: Vocabulary;
  private readonly textToHeal: (prefix: string) => string;
  private path = '';
  private pieces: Piece[] = [];
  private suffix: Piece = { text: '', tokens: new Int32Array(0) };

  constructor(vocabulary: Vocabulary, textToHeal = unfinishedPiece) {
    this.vocabulary = vocabulary;
    this.textToHeal = textToHeal;
    this.index = new ListIndex(vocabulary);
    this.counts = new Int32Array(vocabulary.size);
  }

  /** @param room tokens that a draft may add to the context */
  load(query: CompletionQuery, room: number): void {
    if (query.path !== this.path) {
      this.path = query.path;
      this.pieces = [];
    }
    const start = windowStart(query.prefix, query.prefix.length, prefixWindow);
    const prefix = query.prefix.slice(start);
    const cut = this.textToHeal(prefix);
    this.healed = new TextEncoder().encode(cut);
    this.loadPrefix(prefix.slice(0, prefix.length - cut.length), room, start === 0);
    this.loadSuffix(query.suffix);

    const { index } = this;
    index.clear();
    index.append(this.context.subarray(0, this.contextLength));
    index.append(this.after);
    index.link(0);
    index.setCursor(this.contextLength, this.contextLength);
    this.counts.fill(0);
    this.counted = index.length;
    for (let at = 0; at < index.length; at++)
      this.counts[index.tokens[at] as number] = (this.counts[index.tokens[at] as number] as number) + 1;
  }

  /** The last tokens before the cursor, at most `most`; see `before`. */
  lastTokens(most: number): Int32Array {
    return this.before.subarray(Math.max(0, this.before.length - most));
  }

  /** For fitting: loads a whole file, through which `moveTo` then moves. */
  loadWhole(tokens: Int32Array): void {
    this.path = '';
    this.context = tokens;
    this.index.clear();
    this.index.append(tokens);
    this.index.link(0);
    this.counts.fill(0);
    this.counted = tokens.length;
    for (const token of tokens) this.counts[token] = (this.counts[token] as number) + 1;
  }

  /** For fitting: the cursor before token `cursor`, in a line that ends before token `lineEnd`. */
  moveTo(cursor: number, lineEnd: number): void {
    this.index.setCursor(cursor, lineEnd);
    this.contextLength = cursor;
  }

  /** For fitting: removes a token from the file's counts (-1), or adds it again (1). */
  recount(token: number, by: 1 | -1): void {
    this.counts[token] = (this.counts[token] as number) + by;
    this.counted += by;
  }

  /** The token's share of all tokens in the file. */
  unigram(token: number): number {
    return this.counted === 0 ? 0 : (this.counts[token] as number) / this.counted;
  }

  private loadPrefix(prefix: string, room: number, startsFile: boolean): void {
    const { tokenizer } = this.vocabulary;
    let kept = 0;
    let at = 0;
    for (; kept < this.pieces.length; kept++) {
      const { text } = this.pieces[kept] as Piece;
      if (!prefix.startsWith(text, at)) break;
      // Pieces end before a line end. After an edit there, the piece has to be cut anew.
      if (prefix.charCodeAt(at + text.length) !== 10) break;
      at += text.length;
    }
    this.pieces.length = kept;
    for (let end = cutAfter(prefix, at + pieceLength); end > 0; end = cutAfter(prefix, at + pieceLength)) {
      const text = prefix.slice(at, end);
      this.pieces.push({ text, tokens: tokenizer.encode(text) });
      at = end;
    }
    const tail = tokenizer.encode(prefix.slice(at));
    this.contextLength = this.pieces.reduce((sum, piece) => sum + piece.tokens.length, tail.length);
    const all = new Int32Array(1 + this.contextLength + room);
    all[0] = this.vocabulary.separator;
    this.context = all.subarray(1);
    this.before = all.subarray(startsFile ? 0 : 1, 1 + this.contextLength);
    let filled = 0;
    for (const { tokens } of [...this.pieces, { tokens: tail }]) {
      this.context.set(tokens, filled);
      filled += tokens.length;
    }
  }

  private loadSuffix(suffix: string): void {
    const end = lineEnd(suffix);
    const text = suffix.slice(end, end + suffixReach);
    if (text !== this.suffix.text) this.suffix = { text, tokens: this.vocabulary.tokenizer.encode(text) };
    this.after = this.suffix.tokens;
    this.following = firstLineHash(this.after, 0, this.after.length, this.vocabulary);
  }
}

/** Hash of the first line in tokens[from, to) that is not empty; `from` is a line end. 0: there is none. */
export function firstLineHash(tokens: Int32Array, from: number, to: number, vocabulary: Vocabulary): number {
  let start = from;
  while (start < to && vocabulary.endsLine[tokens[start] as number] === 1) start += 1;
  let end = start;
  while (end < to && vocabulary.endsLine[tokens[end] as number] === 0) end += 1;
  return lineHash(tokens, start, end);
}

/** First offset at or after `from` of a line end that follows a character other than white space; -1 for none. */
function cutAfter(text: string, from: number): number {
  for (let at = text.indexOf('\n', from); at > 0; at = text.indexOf('\n', at + 1)) {
    if (text.charCodeAt(at - 1) > 32) return at;
  }
  return -1;
}
