// The labelled texts that are most similar to a text: a prompt shows them as examples.
import { uniforms } from '../../common/statistics/random.ts';
import { dot } from '../../common/statistics/vectors.ts';
import { hashedRow, type Rarity } from './hashed-grams.ts';

/** Dimensions of a text's random projection, which approximately keeps distances between texts. */
const WIDTH = 48;

/** The text's random projection with random signs, f32 [WIDTH], normalized to length one. */
function sketch(text: string, rarity: Rarity): Float32Array {
  const { columns, values } = hashedRow(text, rarity);
  const out = new Float32Array(WIDTH);
  columns.forEach((column, k) => {
    const uniform = uniforms(column);
    for (let j = 0; j < WIDTH; j++) out[j] = (out[j] as number) + (uniform() < 0.5 ? -1 : 1) * (values[k] as number);
  });
  const length = Math.hypot(...out) || 1;
  return out.map((x) => x / length);
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
