// The weights of the n-gram model as plain data: shipped, fitted per folder, stored in snapshots.
import shipped from './default-weights.json' with { type: 'json' };
import { cells } from './evidence.ts';
import { baseSize, escapeSize, type MixtureWeights } from './mixture.ts';
import { rankingSize } from './ranking.ts';

export interface NgramWeights extends MixtureWeights {
  /** Weights of the ranking's features; see `ranking.ts`. */
  readonly ranking: Float32Array;
}

const sizes = { places: cells, escape: escapeSize, base: baseSize, ranking: rankingSize } as const;
type Part = keyof typeof sizes;
const parts = Object.keys(sizes) as Part[];

export type PlainWeights = Readonly<Record<Part, readonly number[]>>;

/** Fitted weights stay below 100; far larger ones would overflow in sums and powers. */
export function isWeight(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= 1e4;
}

/** Undefined if the data does not have the shape of this version. */
export function weightsFrom(plain: unknown): NgramWeights | undefined {
  if (typeof plain !== 'object' || plain === null) return undefined;
  const values = plain as Partial<Record<Part, unknown>>;
  const usable = (part: Part) => {
    const partValues = values[part];
    return Array.isArray(partValues) && partValues.length === sizes[part] && partValues.every(isWeight);
  };
  if (!parts.every(usable)) return undefined;
  return eachPart((part) => Float32Array.from(values[part] as number[]));
}

/** Rounded to four decimals: far below the noise of any fit. */
export function plainWeights(weights: NgramWeights): PlainWeights {
  return inArrays(weights, (value) => Math.round(value * 1e4) / 1e4);
}

/** Returns the weights without rounding. */
export function exactWeights(weights: NgramWeights): PlainWeights {
  return inArrays(weights, (value) => value);
}

function inArrays(weights: NgramWeights, convert: (value: number) => number): PlainWeights {
  return eachPart((part) => Array.from(weights[part], convert));
}

function eachPart<T>(valuesOf: (part: Part) => T): Record<Part, T> {
  return Object.fromEntries(parts.map((part) => [part, valuesOf(part)])) as Record<Part, T>;
}

/** Fitted on other packages; see `bench/ngram/fit-defaults.ts`. */
export function defaultWeights(): NgramWeights {
  const weights = weightsFrom(shipped);
  if (weights === undefined)
    throw new Error('default-weights.json does not fit this version: run bench/ngram/fit-defaults.ts');
  return weights;
}
