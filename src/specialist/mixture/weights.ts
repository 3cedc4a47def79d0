// The mixture's weights as plain data: beside the model that they were fitted for, or a start where there are none.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultWeights, isWeight } from '../ngram/weights.ts';
import { gateSize } from './gate.ts';
import { rankingFrom, rankingSize } from './ranking.ts';
import { MIXTURE_FILE, type MixWeights } from './types.ts';

/** Undefined where the data is not of this version's shape. */
export function mixWeightsFrom(plain: unknown): MixWeights | undefined {
  if (typeof plain !== 'object' || plain === null) return undefined;
  const { version, gate, ranking } = plain as Partial<MixWeights>;
  const usable = (values: unknown, size: number) =>
    Array.isArray(values) && values.length === size && values.every(isWeight);
  if (version !== 1 || !usable(gate, gateSize) || !usable(ranking, rankingSize)) return undefined;
  return { version, gate: gate as number[], ranking: ranking as number[] };
}

/** Both models count alike, and lines are ranked as the n-grams would. */
export function initialMixWeights(): MixWeights {
  return { version: 1, gate: new Array<number>(gateSize).fill(0), ranking: rankingFrom(defaultWeights().ranking) };
}

/** Weights fitted for the model in the first of the folders that has any; the start where none can be used. */
export function readMixWeights(...folders: readonly string[]): MixWeights {
  for (const folder of folders) {
    try {
      const read = mixWeightsFrom(JSON.parse(readFileSync(join(folder, MIXTURE_FILE), 'utf8')));
      if (read) return read;
    } catch {
      // It has none.
    }
  }
  return initialMixWeights();
}

/** Rounded to four decimals: what is lost is far below the noise of any fit. */
export function plainMixWeights({ version, gate, ranking }: MixWeights): MixWeights {
  const plain = (values: readonly number[]) => values.map((value) => Math.round(value * 1e4) / 1e4);
  return { version, gate: plain(gate), ranking: plain(ranking) };
}
