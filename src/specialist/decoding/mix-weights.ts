// The mixture's weights as plain data, stored beside the model that they were fitted for.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { initialRanking, rankingSize } from './line-ranking.ts';
import { MIXTURE_FILE } from './mix-source.ts';
import { gateSize } from './next-token-mixer.ts';
import othersShipped from './other-makers-weights.json' with { type: 'json' };

/** Weights of the mixture, stored as mixture.json beside the model that they were fitted for. */
export interface MixWeights {
  readonly version: 1;
  /** Weights of the gate's features. */
  readonly gate: readonly number[];
  /** Weights of the ranking's features. */
  readonly ranking: readonly number[];
}

/** Fitted weights stay below 100; far larger ones would overflow in sums and powers. */
const isWeight = (value: unknown) => typeof value === 'number' && Math.abs(value) <= 1e4;

/** Undefined if the data does not have the shape of this version. */
export function mixWeightsFrom(plain: unknown): MixWeights | undefined {
  if (typeof plain !== 'object' || plain === null) return undefined;
  const { version, gate, ranking } = plain as Partial<MixWeights>;
  const usable = (values: unknown, size: number) =>
    Array.isArray(values) && values.length === size && values.every(isWeight);
  if (version !== 1 || !usable(gate, gateSize) || !usable(ranking, rankingSize)) return undefined;
  return { version, gate: gate as number[], ranking: ranking as number[] };
}

/** Weights before any fit: both models count equally, and lines are ranked as the n-gram model ranks them. */
export function initialMixWeights(): MixWeights {
  return { version: 1, gate: new Array<number>(gateSize).fill(0), ranking: initialRanking() };
}

/**
 * Weights for a model of another maker, in llama.cpp or on a server: the gate of Qwen2.5-Coder-1.5B, medium's ranking.
 */
export function otherMakersWeights(): MixWeights {
  const weights = mixWeightsFrom(othersShipped);
  if (weights === undefined)
    throw new Error('other-makers-weights.json does not fit this version: run bench/base/fit-mixture.ts');
  return weights;
}

/** The weights in the first folder that has usable ones; else `otherwise`. */
export function readMixWeights(folders: readonly string[], otherwise = initialMixWeights()): MixWeights {
  for (const folder of folders) {
    try {
      const read = mixWeightsFrom(JSON.parse(readFileSync(join(folder, MIXTURE_FILE), 'utf8')));
      if (read) return read;
    } catch {
      // This folder has none.
    }
  }
  return otherwise;
}

/** Rounded to four decimals: far below the noise of any fit. */
export function plainMixWeights({ version, gate, ranking }: MixWeights): MixWeights {
  const plain = (values: readonly number[]) => values.map((value) => Math.round(value * 1e4) / 1e4);
  return { version, gate: plain(gate), ranking: plain(ranking) };
}
