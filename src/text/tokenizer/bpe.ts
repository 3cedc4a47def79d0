// Byte-level byte-pair encoding with a cache of whole words. Source text repeats most words, so encoding usually takes
// one step of a regular expression and one map look-up per word.
// Source: Sennrich et al. 2016 (BPE); the layout of Hugging Face tokenizers.
import { BoundedMap } from '../../common/bounded-map.ts';
import { escapePattern, forEachPiece, forEachWord } from './splits.ts';

export interface Tokenizer {
  readonly vocabularySize: number;
  /**
   * Ids of the text's UTF-8 bytes. Special tokens in the text are encoded as ordinary text. decode(encode(t)) is t, or
   * the NFC form of t.
   */
  encode(text: string): Int32Array;
  decode(ids: ArrayLike<number>): string;
  /** The token's bytes; empty for a special token. */
  bytesOf(id: number): Uint8Array;
  /** Ids of all tokens whose bytes begin with `prefix` (for healing a cursor inside a token). */
  idsStartingWith(prefix: Uint8Array): Int32Array;
  /** Special tokens by name; undefined if there is none. */
  special(name: string): number | undefined;
}

// The byte-level alphabet: how tokenizer.json spells bytes as printable characters.
// Source: GPT-2's encoder (Radford et al. 2019), kept by every Hugging Face byte-level tokenizer.

/** Character (code unit) -> byte, or -1 if the character is not in the alphabet. */
export const byteOfCharacter: Int16Array = (() => {
  const table = new Int16Array(0x200).fill(-1);
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    table[printable ? byte : next++] = byte;
  }
  return table;
})();

/** The bytes that a vocabulary entry represents; undefined if one of its characters is not in the alphabet. */
export function bytesOfEntry(entry: string): Uint8Array | undefined {
  if (!isInByteAlphabet(entry)) return undefined;
  const bytes = new Uint8Array(entry.length);
  for (let i = 0; i < entry.length; i++) bytes[i] = byteOfCharacter[entry.charCodeAt(i)] as number;
  return bytes;
}

/** Whether all characters of a vocabulary entry are in the alphabet. */
export function isInByteAlphabet(entry: string): boolean {
  for (let i = 0; i < entry.length; i++) if ((byteOfCharacter[entry.charCodeAt(i)] ?? -1) < 0) return false;
  return true;
}

/** Order of two byte strings, a prefix before its extensions. */
function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

export function startsWithBytes(bytes: Uint8Array, prefix: Uint8Array): boolean {
  if (bytes.length < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) if (bytes[i] !== prefix[i]) return false;
  return true;
}

interface BytePairParts {
  /** Bytes of every id; empty for a special token. */
  readonly bytes: readonly Uint8Array[];
  /** Three ids per merge, best merge first: left, right and merged token. */
  readonly merges: Int32Array;
  readonly special: ReadonlyMap<string, number>;
  /** Texts that always become one token. They are found before the text is split into words. */
  readonly literal: ReadonlyMap<string, number>;
  /** Patterns that split a text into words; each splits the pieces of the one before. */
  readonly splits: readonly RegExp[];
  /** Whether texts are normalised to NFC first. */
  readonly normalizesToNfc: boolean;
  /** Whether a word in the vocabulary is always one token, without merges (`ignore_merges`). */
  readonly ignoresMerges: boolean;
}

/** Heap entries are rank * MAX_POSITIONS + position; exact below 2^53. */
const MAX_POSITIONS = 2 ** 28;
const MERGED_AWAY = -1;

/** About 20 MB. */
const MAX_CACHED_WORDS = 200_000;
/** Longer words are not cached. */
const MAX_CACHED_LENGTH = 64;

export class BytePairTokenizer implements Tokenizer {
  private readonly parts: BytePairParts;
  private readonly literalPattern: RegExp | undefined;
  /** left * size + right -> rank. */
  private readonly rankOfPair = new Map<number, number>();
  private readonly mergedOfRank: Int32Array;
  /** Byte -> id of the one-byte token. */
  private readonly idOfByte = new Int32Array(256).fill(-1);
  /** Ids in the order of their bytes, without special tokens. */
  private readonly sortedIds: Int32Array;
  /** Word -> its id, or its ids if it has several tokens. */
  private readonly cache = new BoundedMap<string, number | Int32Array>(MAX_CACHED_WORDS);
  private readonly encoder = new TextEncoder();
  /** ignoreBOM: a byte order mark is text like any other. */
  private readonly decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  private buffer = new Int32Array(1024);

  constructor(parts: BytePairParts) {
    this.parts = parts;
    this.literalPattern = patternOfAny([...parts.literal.keys()]);
    const { merges } = parts;
    const size = parts.bytes.length;
    this.mergedOfRank = new Int32Array(merges.length / 3);
    for (let rank = 0; rank < this.mergedOfRank.length; rank++) {
      const key = (merges[3 * rank] as number) * size + (merges[3 * rank + 1] as number);
      if (!this.rankOfPair.has(key)) this.rankOfPair.set(key, rank);
      this.mergedOfRank[rank] = merges[3 * rank + 2] as number;
    }
    const ids: number[] = [];
    for (const [id, tokenBytes] of parts.bytes.entries()) {
      if (tokenBytes.length > 0) ids.push(id);
      if (tokenBytes.length === 1) this.idOfByte[tokenBytes[0] as number] = id;
    }
    this.sortedIds = Int32Array.from(
      ids.sort((a, b) => compareBytes(parts.bytes[a] as Uint8Array, parts.bytes[b] as Uint8Array)),
    );
  }

  get vocabularySize(): number {
    return this.parts.bytes.length;
  }

  /**
   * Lossless for well-formed text, except for NFC. A lone surrogate becomes U+FFFD. Bytes without a token are left out;
   * a tokenizer trained with the full byte alphabet has a token for every byte.
   */
  encode(text: string): Int32Array {
    const { splits, literal, normalizesToNfc } = this.parts;
    let length = 0;
    const add = (word: string) => {
      const ids = this.cache.get(word) ?? this.encodeWord(word);
      const needed = length + (typeof ids === 'number' ? 1 : ids.length);
      if (needed > this.buffer.length) this.growBuffer(needed);
      if (typeof ids === 'number') this.buffer[length++] = ids;
      else {
        this.buffer.set(ids, length);
        length = needed;
      }
    };
    const addWords = (part: string) => forEachWord(part, splits, add);
    const addLiteral = (token: string) => {
      if (length === this.buffer.length) this.growBuffer(length + 1);
      this.buffer[length++] = literal.get(token) as number;
    };
    const normalized = normalizesToNfc ? text.normalize('NFC') : text;
    if (this.literalPattern) forEachPiece(normalized, this.literalPattern, addLiteral, addWords);
    else addWords(normalized);
    return this.buffer.slice(0, length);
  }

  decode(ids: ArrayLike<number>): string {
    let length = 0;
    for (let i = 0; i < ids.length; i++) length += this.bytesOf(ids[i] as number).length;
    const joined = new Uint8Array(length);
    let at = 0;
    for (let i = 0; i < ids.length; i++) {
      const tokenBytes = this.bytesOf(ids[i] as number);
      // Faster than `set` for a few bytes.
      for (let j = 0; j < tokenBytes.length; j++) joined[at++] = tokenBytes[j] as number;
    }
    return this.decoder.decode(joined);
  }

  bytesOf(id: number): Uint8Array {
    const tokenBytes = this.parts.bytes[id];
    if (tokenBytes === undefined) throw new RangeError(`no token ${id} in a vocabulary of ${this.parts.bytes.length}`);
    return tokenBytes;
  }

  idsStartingWith(prefix: Uint8Array): Int32Array {
    const low = this.lowerBound(prefix);
    let end = low;
    while (
      end < this.sortedIds.length &&
      startsWithBytes(this.parts.bytes[this.sortedIds[end] as number] as Uint8Array, prefix)
    ) {
      end += 1;
    }
    return this.sortedIds.subarray(low, end);
  }

  /** Index in `sortedIds` of the first token that does not sort before `tokenBytes`. */
  private lowerBound(tokenBytes: Uint8Array): number {
    let low = 0;
    let high = this.sortedIds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareBytes(this.parts.bytes[this.sortedIds[middle] as number] as Uint8Array, tokenBytes) < 0)
        low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The token that spells exactly these bytes. */
  private idOfBytes(tokenBytes: Uint8Array): number | undefined {
    const found = this.sortedIds[this.lowerBound(tokenBytes)];
    return found !== undefined && compareBytes(this.parts.bytes[found] as Uint8Array, tokenBytes) === 0
      ? found
      : undefined;
  }

  special(name: string): number | undefined {
    return this.parts.special.get(name);
  }

  private growBuffer(needed: number): void {
    const larger = new Int32Array(Math.max(needed, this.buffer.length * 2));
    larger.set(this.buffer);
    this.buffer = larger;
  }

  private encodeWord(word: string): number | Int32Array {
    const tokenBytes = this.encoder.encode(word);
    const wholeWordId = this.parts.ignoresMerges ? this.idOfBytes(tokenBytes) : undefined;
    const parts = wholeWordId === undefined ? this.merge(tokenBytes) : [wholeWordId];
    const ids = parts.length === 1 ? (parts[0] as number) : Int32Array.from(parts);
    if (word.length <= MAX_CACHED_LENGTH) {
      // `word` is a slice that would keep the whole text in memory, so the key is a fresh copy.
      this.cache.set(this.decoder.decode(tokenBytes), ids);
    }
    return ids;
  }

  /**
   * Merges the leftmost pair of lowest rank until no pair is left. A heap over a linked list takes n log n steps, which
   * matters because a "word" can be a megabyte of base64.
   */
  private merge(tokenBytes: Uint8Array): number[] {
    const size = this.parts.bytes.length;
    const parts = Array.from(tokenBytes, (byte) => this.idOfByte[byte] as number).filter((id) => id >= 0);
    const count = parts.length;
    if (count < 2) return parts;
    const next = Int32Array.from(parts, (_, i) => i + 1);
    const previous = Int32Array.from(parts, (_, i) => i - 1);
    const heap = new NumberHeap();
    const pushPair = (left: number) => {
      const right = left < 0 ? count : (next[left] as number);
      if (right >= count) return;
      const rank = this.rankOfPair.get((parts[left] as number) * size + (parts[right] as number));
      if (rank !== undefined) heap.push(rank * MAX_POSITIONS + left);
    };
    for (let i = 0; i + 1 < count; i++) pushPair(i);
    for (let entry = heap.pop(); entry !== undefined; entry = heap.pop()) {
      const rank = Math.floor(entry / MAX_POSITIONS);
      const left = entry % MAX_POSITIONS;
      const right = next[left] as number;
      // Skip a pair whose left or right token has been merged since: the new pair has another rank, or none.
      if (parts[left] === MERGED_AWAY || right >= count) continue;
      if (this.rankOfPair.get((parts[left] as number) * size + (parts[right] as number)) !== rank) continue;
      parts[left] = this.mergedOfRank[rank] as number;
      parts[right] = MERGED_AWAY;
      const after = next[right] as number;
      next[left] = after;
      if (after < count) previous[after] = left;
      pushPair(left);
      pushPair(previous[left] as number);
    }
    return parts.filter((id) => id !== MERGED_AWAY);
  }
}

/** Matches any of the texts, the longest first; undefined without texts. */
function patternOfAny(texts: readonly string[]): RegExp | undefined {
  if (texts.length === 0) return undefined;
  const longest = [...texts].sort((a, b) => b.length - a.length);
  return new RegExp(longest.map(escapePattern).join('|'), 'gu');
}

class NumberHeap {
  private readonly items: number[] = [];

  push(value: number): void {
    const { items } = this;
    let at = items.length;
    items.push(value);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((items[parent] as number) <= value) break;
      items[at] = items[parent] as number;
      at = parent;
    }
    items[at] = value;
  }

  pop(): number | undefined {
    const { items } = this;
    const top = items[0];
    const last = items.pop();
    if (top === undefined || last === undefined || items.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && (items[child + 1] as number) < (items[child] as number)) child += 1;
      if ((items[child] as number) >= last) break;
      items[at] = items[child] as number;
      at = child;
    }
    items[at] = last;
    return top;
  }
}
