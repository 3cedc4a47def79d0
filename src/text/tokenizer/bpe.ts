// Byte-level byte-pair encoding with a cache of whole words: source text repeats most words, so that encoding usually
// takes one regular expression step and one map look-up per word.
// Source: Sennrich et al. 2016 (BPE); the layout of Hugging Face tokenizers.

import { compareBytes, startsWithBytes } from './bytes.ts';
import { NumberHeap } from './heap.ts';
import { eachPiece, eachWord, escaped } from './splits.ts';
import type { Tokenizer } from './types.ts';

export interface BytePairParts {
  /** Bytes of every id; empty for a special token. */
  readonly bytes: readonly Uint8Array[];
  /** Left, right and merged id of each merge, best first, in one array. */
  readonly merges: Int32Array;
  readonly special: ReadonlyMap<string, number>;
  /** Texts that are always one token, before any split. */
  readonly literal: ReadonlyMap<string, number>;
  /** Cut a text into words, one after the other. */
  readonly splits: readonly RegExp[];
  /** Whether texts are normalised to NFC first. */
  readonly composes: boolean;
  /** Whether a word in the vocabulary is always one token, without merges (`ignore_merges`). */
  readonly wholeWords: boolean;
}

/** Heap entries are rank * positions + position; exact below 2^53. */
const positions = 2 ** 28;
const gone = -1;

/** Maximum number of cached words, about 20 MB; then the cache is emptied. */
const cachedWords = 200_000;
/** Longer words are not cached. */
const cachedLength = 64;

export class BytePairTokenizer implements Tokenizer {
  private readonly bytes: readonly Uint8Array[];
  private readonly special_: ReadonlyMap<string, number>;
  private readonly splits: readonly RegExp[];
  private readonly literal: ReadonlyMap<string, number>;
  private readonly literals: RegExp | undefined;
  private readonly composes: boolean;
  private readonly wholeWords: boolean;
  /** left * size + right -> rank. */
  private readonly rankOfPair = new Map<number, number>();
  private readonly mergedOfRank: Int32Array;
  /** Byte -> id of the one-byte token. */
  private readonly idOfByte = new Int32Array(256).fill(-1);
  /** Ids in the order of their bytes, without the empty ones. */
  private readonly sorted: Int32Array;
  /** A word of one token maps to its id, others to their ids. */
  private readonly cache = new Map<string, number | Int32Array>();
  private readonly utf8 = new TextEncoder();
  /** ignoreBOM: a byte order mark is text like any other. */
  private readonly fromUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });
  private buffer = new Int32Array(1024);

  constructor(parts: BytePairParts) {
    this.bytes = parts.bytes;
    this.special_ = parts.special;
    this.splits = parts.splits;
    this.literal = parts.literal;
    this.literals = anyOf([...parts.literal.keys()]);
    this.composes = parts.composes;
    this.wholeWords = parts.wholeWords;
    const size = parts.bytes.length;
    const { merges } = parts;
    this.mergedOfRank = new Int32Array(merges.length / 3);
    for (let rank = 0; rank < this.mergedOfRank.length; rank++) {
      const key = (merges[3 * rank] as number) * size + (merges[3 * rank + 1] as number);
      if (!this.rankOfPair.has(key)) this.rankOfPair.set(key, rank);
      this.mergedOfRank[rank] = merges[3 * rank + 2] as number;
    }
    const ids: number[] = [];
    for (const [id, spelled] of parts.bytes.entries()) {
      if (spelled.length > 0) ids.push(id);
      if (spelled.length === 1) this.idOfByte[spelled[0] as number] = id;
    }
    this.sorted = Int32Array.from(
      ids.sort((a, b) => compareBytes(parts.bytes[a] as Uint8Array, parts.bytes[b] as Uint8Array)),
    );
  }

  get vocabularySize(): number {
    return this.bytes.length;
  }

  /**
   * Lossless for well-formed text, except for NFC; a lone surrogate becomes U+FFFD. Bytes that the vocabulary lacks are
   * left out; a tokenizer trained with the full byte alphabet lacks none.
   */
  encode(text: string): Int32Array {
    let length = 0;
    const add = (word: string) => {
      const ids = this.cache.get(word) ?? this.encodeWord(word);
      const needed = length + (typeof ids === 'number' ? 1 : ids.length);
      if (needed > this.buffer.length) this.grow(needed);
      if (typeof ids === 'number') this.buffer[length++] = ids;
      else {
        this.buffer.set(ids, length);
        length = needed;
      }
    };
    const plain = (part: string) => eachWord(part, this.splits, add);
    const literal = (token: string) => {
      if (length === this.buffer.length) this.grow(length + 1);
      this.buffer[length++] = this.literal.get(token) as number;
    };
    const whole = this.composes ? text.normalize('NFC') : text;
    if (this.literals) eachPiece(whole, this.literals, literal, plain);
    else plain(whole);
    return this.buffer.slice(0, length);
  }

  decode(ids: ArrayLike<number>): string {
    let length = 0;
    for (let i = 0; i < ids.length; i++) length += this.bytesOf(ids[i] as number).length;
    const joined = new Uint8Array(length);
    let at = 0;
    for (let i = 0; i < ids.length; i++) {
      const spelled = this.bytesOf(ids[i] as number);
      joined.set(spelled, at);
      at += spelled.length;
    }
    return this.fromUtf8.decode(joined);
  }

  bytesOf(id: number): Uint8Array {
    const spelled = this.bytes[id];
    if (spelled === undefined) throw new RangeError(`no token ${id} in a vocabulary of ${this.bytes.length}`);
    return spelled;
  }

  idsStartingWith(prefix: Uint8Array): Int32Array {
    const low = this.lowerBound(prefix);
    let end = low;
    while (end < this.sorted.length && startsWithBytes(this.bytes[this.sorted[end] as number] as Uint8Array, prefix)) {
      end += 1;
    }
    return this.sorted.subarray(low, end);
  }

  /** Where in `sorted` the first token stands that is not before `spelled`. */
  private lowerBound(spelled: Uint8Array): number {
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareBytes(this.bytes[this.sorted[middle] as number] as Uint8Array, spelled) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The token that spells exactly these bytes. */
  private tokenOf(spelled: Uint8Array): number | undefined {
    const found = this.sorted[this.lowerBound(spelled)];
    return found !== undefined && compareBytes(this.bytes[found] as Uint8Array, spelled) === 0 ? found : undefined;
  }

  special(name: string): number | undefined {
    return this.special_.get(name);
  }

  private grow(needed: number): void {
    const larger = new Int32Array(Math.max(needed, this.buffer.length * 2));
    larger.set(this.buffer);
    this.buffer = larger;
  }

  private encodeWord(word: string): number | Int32Array {
    const spelled = this.utf8.encode(word);
    const one = this.wholeWords ? this.tokenOf(spelled) : undefined;
    const parts = one === undefined ? this.merge(spelled) : [one];
    const ids = parts.length === 1 ? (parts[0] as number) : Int32Array.from(parts);
    if (word.length <= cachedLength) {
      if (this.cache.size >= cachedWords) this.cache.clear();
      // The key is decoded afresh: a slice of the text, as the match is, would keep the whole text alive.
      this.cache.set(this.fromUtf8.decode(spelled), ids);
    }
    return ids;
  }

  /**
   * Merges the leftmost pair of lowest rank until none is left. A heap over a linked list, n log n, because a "word"
   * can be a megabyte of base64.
   */
  private merge(spelled: Uint8Array): number[] {
    const size = this.bytes.length;
    const parts = Array.from(spelled, (byte) => this.idOfByte[byte] as number).filter((id) => id >= 0);
    const count = parts.length;
    if (count < 2) return parts;
    const next = Int32Array.from(parts, (_, i) => i + 1);
    const previous = Int32Array.from(parts, (_, i) => i - 1);
    const heap = new NumberHeap();
    const offer = (left: number) => {
      const right = left < 0 ? count : (next[left] as number);
      if (right >= count) return;
      const rank = this.rankOfPair.get((parts[left] as number) * size + (parts[right] as number));
      if (rank !== undefined) heap.push(rank * positions + left);
    };
    for (let i = 0; i + 1 < count; i++) offer(i);
    for (let entry = heap.pop(); entry !== undefined; entry = heap.pop()) {
      const rank = Math.floor(entry / positions);
      const left = entry % positions;
      const right = next[left] as number;
      // Stale if either side has been merged away since: the pair there now has another rank, or none.
      if (parts[left] === gone || right >= count) continue;
      if (this.rankOfPair.get((parts[left] as number) * size + (parts[right] as number)) !== rank) continue;
      parts[left] = this.mergedOfRank[rank] as number;
      parts[right] = gone;
      const after = next[right] as number;
      next[left] = after;
      if (after < count) previous[after] = left;
      offer(left);
      offer(previous[left] as number);
    }
    return parts.filter((id) => id !== gone);
  }
}

/** Matches any of the texts, the longest first; undefined where there are none. */
function anyOf(texts: readonly string[]): RegExp | undefined {
  if (texts.length === 0) return undefined;
  const longest = [...texts].sort((a, b) => b.length - a.length);
  return new RegExp(longest.map(escaped).join('|'), 'gu');
}
