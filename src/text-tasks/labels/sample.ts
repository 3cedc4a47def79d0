// Chooses texts to be labelled next: those unlike all labelled texts, weighted by the local model's doubt.
import { shuffled, uniforms } from '../../common/statistics/random.ts';
import { dot } from '../../common/statistics/vectors.ts';
import { hashedRow, type Rarity } from './hashed-grams.ts';

/** Dimensions of a text's random projection, which approximately keeps distances between texts. */
const WIDTH = 48;
/** Maximum number of texts to choose from. Of more texts, a seeded random choice is used. */
const MAX_POOL = 5000;

/** The text's random projection with random signs, f32 [WIDTH], normalized to length one. */
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

/**
 * Texts to be labelled, and how unlike they are to all texts that were labelled or chosen. Each next text has the largest
 * distance to those (farthest first, Gonzalez 1985) times its doubt, so a batch does not ask the same thing twice.
 * Deterministic by the seed.
 */
export class DiversePool {
  private readonly texts: readonly string[];
  private readonly sketches: readonly Float32Array[];
  private readonly distances: Float64Array;
  private readonly rarity: Rarity;
  /** Indices of `texts` that were not chosen. */
  private readonly open: Set<number>;

  /** @param labelled texts that have a label already */
  constructor(texts: readonly string[], labelled: readonly string[], rarity: Rarity, seed = 1) {
    this.texts = shuffled(texts.length, seed)
      .slice(0, MAX_POOL)
      .map((i) => texts[i] as string);
    this.rarity = rarity;
    this.sketches = this.texts.map((text) => sketch(text, rarity));
    this.distances = new Float64Array(this.texts.length).fill(2);
    this.open = new Set(this.texts.keys());
    for (const i of shuffled(labelled.length, seed).slice(0, MAX_POOL / 10)) this.cover(labelled[i] as string);
  }

  /** Says that a text is labelled. */
  cover(text: string): void {
    this.coverSketch(sketch(text, this.rarity));
  }

  /** Chooses up to `count` texts, best first. @param doubt of a text, from 0; null: it is not open */
  choose(count: number, doubt: (text: string) => number | null): string[] {
    const doubts = new Map<number, number>();
    for (const i of this.open) {
      const value = doubt(this.texts[i] as string);
      if (value === null) this.open.delete(i);
      else doubts.set(i, value);
    }
    const chosen: string[] = [];
    while (chosen.length < count && this.open.size > 0) {
      let best = -1;
      let largest = Number.NEGATIVE_INFINITY;
      for (const i of this.open) {
        const worth = (this.distances[i] as number) * (doubts.get(i) as number);
        if (worth > largest) [best, largest] = [i, worth];
      }
      this.open.delete(best);
      chosen.push(this.texts[best] as string);
      this.coverSketch(this.sketches[best] as Float32Array);
    }
    return chosen;
  }

  private coverSketch(other: Float32Array): void {
    this.sketches.forEach((candidate, i) => {
      this.distances[i] = Math.min(this.distances[i] as number, 1 - dot(candidate, other));
    });
  }
}

/** The most similar labelled texts for each text, nearest first. */
export function nearest<T extends { readonly text: string }>(
  texts: readonly string[],
  labelled: readonly T[],
  rarity: Rarity,
  count: number,
): T[][] {
  const labelledItems = labelled.map((item) => ({ item, projection: sketch(item.text, rarity) }));
  return texts.map((text) => {
    const target = sketch(text, rarity);
    const sorted = labelledItems
      .map(({ item, projection }) => ({ item, similarity: dot(projection, target) }))
      .sort((a, b) => b.similarity - a.similarity);
    return sorted.slice(0, count).map(({ item }) => item);
  });
}
