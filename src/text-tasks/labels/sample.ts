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

export interface TextSampleOptions {
  readonly count: number;
  readonly rarity: Rarity;
  /** Texts that already have a label. */
  readonly labelled: readonly string[];
  /** Confidence of the local model, 0..1; absent: there is no local model yet. */
  readonly confidence?: (text: string) => number;
  readonly seed?: number;
}

/**
 * Indices of texts to be labelled, best first. Each next text has the largest distance to all earlier ones (farthest
 * first, Gonzalez 1985) times the local model's doubt. Deterministic by the seed.
 */
export function chooseSample(texts: readonly string[], options: TextSampleOptions): number[] {
  const { count, rarity, labelled, confidence, seed = 1 } = options;
  const pool = shuffled(texts.length, seed).slice(0, MAX_POOL);
  const sketches = pool.map((i) => sketch(texts[i] as string, rarity));
  const doubts = pool.map((i) => (confidence ? 1 - confidence(texts[i] as string) : 1));
  const distances = new Float64Array(pool.length).fill(2);
  const updateDistances = (other: Float32Array) => {
    sketches.forEach((candidate, i) => {
      distances[i] = Math.min(distances[i] as number, 1 - dot(candidate, other));
    });
  };
  for (const i of shuffled(labelled.length, seed).slice(0, MAX_POOL / 10))
    updateDistances(sketch(labelled[i] as string, rarity));
  const chosen: number[] = [];
  const remaining = new Set(pool.keys());
  while (chosen.length < count && remaining.size > 0) {
    let best = -1;
    let largest = Number.NEGATIVE_INFINITY;
    for (const i of remaining) {
      const worth = (distances[i] as number) * (doubts[i] as number);
      if (worth > largest) [best, largest] = [i, worth];
    }
    remaining.delete(best);
    chosen.push(pool[best] as number);
    updateDistances(sketches[best] as Float32Array);
  }
  return chosen;
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
