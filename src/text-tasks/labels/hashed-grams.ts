// Features of a text without a model: hashed n-grams of words and characters, weighted by TF-IDF.
import type { SparseRow } from '../../common/statistics/softmax-regression.ts';

/** Number of columns; several n-grams may share one. */
export const COLUMNS = 1 << 18;

/** Parts of a text's n-grams; see `grams`. */
export const PARTS = 3;

/** Characters of a text that are used. */
const MAX_CHARACTERS = 4000;

function hash(part: number, gram: string): number {
  let h = 0x811c9dc5 ^ part;
  for (let i = 0; i < gram.length; i++) h = Math.imul(h ^ gram.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return ((h ^ (h >>> 12)) >>> 0) % COLUMNS;
}

const tokens = /[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu;

/**
 * Columns of each part, with repetitions: words and pairs of words; 2 to 5 characters of ' word '; the head before ': '
 * with each later word.
 */
export function grams(text: string): number[][] {
  const cut = text.slice(0, MAX_CHARACTERS);
  const words = cut.toLowerCase().match(tokens) ?? [];
  const [wordGrams, characters, headGrams]: [number[], number[], number[]] = [[], [], []];
  words.forEach((word, i) => {
    wordGrams.push(hash(0, word));
    if (i > 0) wordGrams.push(hash(0, `${words[i - 1]} ${word}`));
    const padded = ` ${word} `;
    for (let length = 2; length <= 5; length++) {
      for (let at = 0; at + length <= padded.length; at++) characters.push(hash(1, padded.slice(at, at + length)));
    }
  });
  // The head of a text changes the meaning of the rest: a field before ': ', or else the first word.
  const [, head = words[0] ?? '', rest = cut] = /^([^\n]{1,60}?): (.*)$/s.exec(cut) ?? [];
  const restWords = rest.toLowerCase().match(tokens) ?? [];
  const first = restWords.findIndex((word) => /^[\p{L}\p{N}_]/u.test(word));
  const start = first < 0 ? [] : restWords.slice(first, first + 3);
  start.forEach((_, i) => void headGrams.push(hash(2, `${head}^${start.slice(0, i + 1).join(' ')}`)));
  headGrams.push(hash(2, `${head}^${/^[^\p{L}]*\p{Lu}/u.test(rest) ? 'upper' : 'lower'}`));
  for (const word of new Set(restWords)) headGrams.push(hash(2, `${head}~${word}`));
  return [wordGrams, characters, headGrams];
}

/** Inverse document frequency of each column: log((1 + texts) / (1 + texts with it)) + 1. */
export interface Rarity {
  readonly texts: number;
  readonly weights: Float32Array;
}

export function rarityOf(texts: Iterable<string>): Rarity {
  const counts = new Uint32Array(COLUMNS);
  let total = 0;
  for (const text of texts) {
    total += 1;
    for (const column of new Set(grams(text).flat())) counts[column] = (counts[column] as number) + 1;
  }
  return { texts: total, weights: Float32Array.from(counts, (count) => Math.log((1 + total) / (1 + count)) + 1) };
}

/** Sublinear TF-IDF, (1 + log count) x rarity. Each part is normalized to length one. */
export function hashedRow(text: string, { weights }: Rarity): SparseRow {
  const columns: number[] = [];
  const values: number[] = [];
  for (const part of grams(text)) {
    const counts = new Map<number, number>();
    for (const column of part) counts.set(column, (counts.get(column) ?? 0) + 1);
    let square = 0;
    const start = values.length;
    for (const [column, count] of counts) {
      const value = (1 + Math.log(count)) * (weights[column] as number);
      square += value * value;
      columns.push(column);
      values.push(value);
    }
    for (let i = start; i < values.length; i++) values[i] = (values[i] as number) / Math.sqrt(square);
  }
  return { columns: Uint32Array.from(columns), values: Float32Array.from(values) };
}
