// Which texts to have labelled next: such as differ from all that is labelled, then such as the specialist doubts.
import { shuffled, uniforms } from '../../common/statistics/random.ts';
import { dot } from '../../common/statistics/vectors.ts';
import { hashedRow, type Rarity } from './hashed-grams.ts';

/**
 * Numbers that stand for a text when it is compared with another: random signs of its n-grams, which keep distances
 * about.
 */
const WIDTH = 48;
/** Texts that are looked at; of more a seeded choice. */
const MOST_LOOKED_AT = 5000;

/** f32 [WIDTH] of length one. */
export function sketch(text: string, rarity: Rarity): Float32Array {
  const { columns, values } = hashedRow(text, rarity);
  const out = new Float32Array(WIDTH);
  columns.forEach((column, k) => {
    const uniform = uniforms(column);
    for (let j = 0; j < WIDTH; j++) out[j] = (out[j] as number) + (uniform() < 0.5 ? -1 : 1) * (values[k] as number);
  });
  const length = Math.hypot(...out) || 1;
  return out.map((x) => x / length);
}

export interface TextSampleOptions {
  readonly count: number;
  readonly rarity: Rarity;
  /** Texts with a label already. */
  readonly labelled: readonly string[];
  /** How sure the specialist is of a text, 0..1; absent: there is none yet. */
  readonly sureness?: (text: string) => number;
  readonly seed?: number;
}

/**
 * Indices of the texts to be labelled, best first: each time the text that is least like all that were taken before
 * (Gonzalez 1985,
 * farthest first), its distance times how unsure the specialist is of it. Deterministic by the seed.
 */
export function chooseSample(texts: readonly string[], options: TextSampleOptions): number[] {
  const { count, rarity, labelled, sureness, seed = 1 } = options;
  const pool = shuffled(texts.length, seed).slice(0, MOST_LOOKED_AT);
  const sketches = pool.map((i) => sketch(texts[i] as string, rarity));
  const doubts = pool.map((i) => (sureness ? 1 - sureness(texts[i] as string) : 1));
  const away = new Float64Array(pool.length).fill(2);
  const taken = (other: Float32Array) => {
    sketches.forEach((own, i) => {
      away[i] = Math.min(away[i] as number, 1 - dot(own, other));
    });
  };
  for (const i of shuffled(labelled.length, seed).slice(0, MOST_LOOKED_AT / 10))
    taken(sketch(labelled[i] as string, rarity));
  const chosen: number[] = [];
  const left = new Set(pool.keys());
  while (chosen.length < count && left.size > 0) {
    let best = -1;
    let most = Number.NEGATIVE_INFINITY;
    for (const i of left) {
      const worth = (away[i] as number) * (doubts[i] as number);
      if (worth > most) [best, most] = [i, worth];
    }
    left.delete(best);
    chosen.push(pool[best] as number);
    taken(sketches[best] as Float32Array);
  }
  return chosen;
}

/** Labelled texts that are most like each of the texts, nearest first. */
export function nearest<T extends { readonly text: string }>(
  texts: readonly string[],
  labelled: readonly T[],
  rarity: Rarity,
  count: number,
): T[][] {
  const known = labelled.map((item) => ({ item, own: sketch(item.text, rarity) }));
  return texts.map((text) => {
    const at = sketch(text, rarity);
    const sorted = known.map(({ item, own }) => ({ item, near: dot(own, at) })).sort((a, b) => b.near - a.near);
    return sorted.slice(0, count).map(({ item }) => item);
  });
}
