// The weights of the n-gram model, which ship with it.
import shipped from './default-weights.json' with { type: 'json' };
import { cells } from './evidence.ts';
import { baseSize, escapeSize, type MixtureWeights } from './mixture.ts';
import { rankingSize } from './ranking.ts';

export interface NgramWeights extends MixtureWeights {
  /** Weights of the ranking's features; see `ranking.ts`. */
  readonly ranking: Float32Array;
}

const sizes = { places: cells, escape: escapeSize, base: baseSize, ranking: rankingSize } as const;

/** Fitted on other packages; see `bench/ngram/fit-defaults.ts`. */
export function defaultWeights(): NgramWeights {
  const of = (part: keyof typeof sizes) => {
    const values = shipped[part];
    if (values.length !== sizes[part])
      throw new Error('default-weights.json does not fit this version: run bench/ngram/fit-defaults.ts');
    return Float32Array.from(values);
  };
  return { places: of('places'), escape: of('escape'), base: of('base'), ranking: of('ranking') };
}
