// The tokens that the n-gram model counts: the tokenizer's and a separator of files, with which of them end a line or
// are blank, and the way between tokens and text.
import { startsWithBytes, type Tokenizer } from '../../text/tokenizer/bpe.ts';

export class Vocabulary {
  readonly tokenizer: Tokenizer;
  /** Separates files; no match crosses it. One past the tokenizer's ids. */
  readonly separator: number;
  /** Number of ids: 0..separator. */
  readonly size: number;
  /** 1 if the token contains a line end. */
  readonly endsLine: Uint8Array;
  /** 1 if the token is only white space. */
  readonly blank: Uint8Array;
  /** Identifies the tokenizer: a snapshot's ids are meaningless with another one. */
  readonly fingerprint: string;
  private readonly decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  constructor(tokenizer: Tokenizer) {
    this.tokenizer = tokenizer;
    this.separator = tokenizer.vocabularySize;
    this.size = tokenizer.vocabularySize + 1;
    this.endsLine = new Uint8Array(this.size);
    this.blank = new Uint8Array(this.size);
    for (let id = 0; id < tokenizer.vocabularySize; id++) {
      const bytes = tokenizer.bytesOf(id);
      this.endsLine[id] = bytes.includes(10) ? 1 : 0;
      this.blank[id] = bytes.length > 0 && bytes.every((byte) => byte === 32 || (byte >= 9 && byte <= 13)) ? 1 : 0;
    }
    this.endsLine[this.separator] = 1;
    this.blank[this.separator] = 1;
    this.fingerprint = fingerprintOf(tokenizer);
  }

  /** The bytes of several tokens. */
  bytesOf(ids: readonly number[]): Uint8Array {
    const parts = ids.map((id) => this.tokenizer.bytesOf(id));
    const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      joined.set(part, at);
      at += part.length;
    }
    return joined;
  }

  /** Whether the token begins with all bytes to be repeated, or equals their beginning. */
  heals(token: number, healing: Uint8Array): boolean {
    if (token === this.separator) return false;
    const bytes = this.tokenizer.bytesOf(token);
    return bytes.length > 0 && (startsWithBytes(bytes, healing) || startsWithBytes(healing, bytes));
  }

  decode(bytes: Uint8Array): string {
    return this.decoder.decode(bytes);
  }
}

/** FNV-1a over all tokens' bytes, 8 hex digits. */
function fingerprintOf(tokenizer: Tokenizer): string {
  let hash = 0x811c9dc5;
  for (let id = 0; id < tokenizer.vocabularySize; id++) {
    for (const byte of tokenizer.bytesOf(id)) hash = Math.imul(hash ^ byte, 0x01000193);
    hash = Math.imul(hash ^ 0x100, 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** A line with fewer tokens than this is trivial ('}', 'else {'). */
const tellingTokens = 4;

/**
 * For each position, the hash of the next non-blank line below the position's line, or 0. Lines are compared by their
 * tokens without the indent. The hash is negative for a line that says little, such as '}', else positive.
 */
export function followingLines(tokens: Int32Array, start: number, end: number, vocabulary: Vocabulary): Int32Array {
  const following = new Int32Array(end - start);
  let next = 0;
  let lineEnd = end;
  for (let at = end - 1; at >= start - 1; at--) {
    const boundary = at < start || vocabulary.endsLine[tokens[at] as number] === 1;
    if (!boundary) continue;
    // The line after `at` is at+1 .. lineEnd-1; a line-ending token belongs to the line that it ends.
    const hash = lineHash(tokens, at + 1, lineEnd);
    following.fill(next, Math.max(0, at + 1 - start), Math.min(end, lineEnd + 1) - start);
    if (hash !== 0) next = hash;
    lineEnd = at;
  }
  return following;
}

/** 0 for an empty line; negative for one that says little. */
export function lineHash(tokens: ArrayLike<number>, start: number, end: number): number {
  if (end <= start) return 0;
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (tokens[i] as number), 0x01000193);
  const positive = (hash & 0x3fffffff) | 1;
  return end - start < tellingTokens ? -positive : positive;
}
