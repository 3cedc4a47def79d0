// A text as numbers, without any model: hashed n-grams of words and characters, counted, weighed by how rare they are.
//
// What is hashed, for who computes it elsewhere (`export` writes this beside the model): `grams()` below, as UTF-16
// code units, by FNV-1a.
import type { SparseRow } from '../../common/statistics/softmax-regression.ts';

/** Hashed n-grams share so many columns. */
export const COLUMNS = 1 << 18;

/** Words, characters, openings: which of them goes into the hash; each part of a row has its own length of one. */
export const PARTS = 3;

/** Longest text that is looked at, characters. */
const MOST_CHARACTERS = 4000;

function hash(kind: number, gram: string): number {
  let h = 0x811c9dc5 ^ kind;
  for (let i = 0; i < gram.length; i++) h = Math.imul(h ^ gram.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return ((h ^ (h >>> 12)) >>> 0) % COLUMNS;
}

const tokens = /[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu;

/**
 * Columns of each kind, with repetitions: words and pairs of them; 2 to 5 characters of ' word '; what stands before ':
 * ' with each word behind it.
 */
export function grams(text: string): number[][] {
  const cut = text.slice(0, MOST_CHARACTERS);
  const words = cut.toLowerCase().match(tokens) ?? [];
  const [single, characters, field]: [number[], number[], number[]] = [[], [], []];
  words.forEach((word, i) => {
    single.push(hash(0, word));
    if (i > 0) single.push(hash(0, `${words[i - 1]} ${word}`));
    const padded = ` ${word} `;
    for (let length = 2; length <= 5; length++) {
      for (let at = 0; at + length <= padded.length; at++) characters.push(hash(1, padded.slice(at, at + length)));
    }
  });
  // What a text opens with colours all that follows: a field before ': ', else its first word.
  const [, head = words[0] ?? '', rest = cut] = /^([^\n]{1,60}?): (.*)$/s.exec(cut) ?? [];
  const behind = rest.toLowerCase().match(tokens) ?? [];
  const first = behind.findIndex((word) => /^[\p{L}\p{N}_]/u.test(word));
  const start = first < 0 ? [] : behind.slice(first, first + 3);
  start.forEach((_, i) => void field.push(hash(2, `${head}^${start.slice(0, i + 1).join(' ')}`)));
  field.push(hash(2, `${head}^${/^[^\p{L}]*\p{Lu}/u.test(rest) ? 'upper' : 'lower'}`));
  for (const word of new Set(behind)) field.push(hash(2, `${head}~${word}`));
  return [single, characters, field];
}

/** How rare each column is among texts: log((1 + texts) / (1 + texts with it)) + 1. */
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

/** (1 + log count) x rarity, each kind's part as long as one (TF-IDF, sublinear). */
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
