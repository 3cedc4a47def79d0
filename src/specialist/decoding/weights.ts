// Ranks whole candidate lines, by the same conditional logit as specialist/ngram/ranking.ts; and the mixture's weights as
// plain data, stored beside the model that they were fitted for.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  candidateFeatures,
  defaultWeights,
  describe,
  describeNone,
  rankingSize as ngramSize,
  type RankingContext,
  type Unranked,
} from '../ngram/ranking.ts';
import { gateSize } from './next-token-mixer.ts';
import othersShipped from './other-makers-weights.json' with { type: 'json' };
import type { MixHypothesis } from './search.ts';
import { MIXTURE_FILE, type MixWeights } from './types.ts';

interface MixUnranked extends Unranked {
  readonly hypothesis: MixHypothesis;
}

export interface MixCandidate {
  readonly hypothesis: MixHypothesis;
  readonly text: string;
  readonly features: Float32Array;
}

interface NeuralFeatureInputs {
  readonly hypothesis: MixHypothesis;
  readonly tokens: number;
  readonly bestNeural: number;
  readonly bestNgram: number;
}

const clipped = (log: number) => Math.max(-25, log);
const flag = (condition: boolean) => (condition ? 1 : 0);

const neuralFeatures: readonly ((inputs: NeuralFeatureInputs) => number)[] = [
  ({ hypothesis }) => clipped(hypothesis.neural),
  ({ hypothesis, tokens }) => clipped(hypothesis.neural) / tokens,
  ({ hypothesis }) => Math.log(Math.max(1e-4, hypothesis.lowestNeural)),
  ({ hypothesis }) => clipped(hypothesis.ngram),
  ({ hypothesis, tokens }) => clipped(hypothesis.ngram) / tokens,
  ({ hypothesis, bestNeural }) => flag(hypothesis.neural >= bestNeural),
  ({ hypothesis, bestNgram }) => flag(hypothesis.ngram >= bestNgram),
];

/** Of 'none of these': the best log probability of each model. */
const NONE_FEATURES = 2;

export const rankingSize = ngramSize + neuralFeatures.length + NONE_FEATURES;

/** The n-gram model's weights, with weight 0 for the features of the neural model. */
function rankingFrom(ngram: Float32Array): number[] {
  const values = [...ngram];
  return [
    ...values.slice(0, candidateFeatures),
    ...neuralFeatures.map(() => 0),
    ...values.slice(candidateFeatures),
    ...new Array<number>(NONE_FEATURES).fill(0),
  ];
}

/** Features of the candidates, and those of 'none of these'. */
export function describeMixed(
  unranked: readonly MixUnranked[],
  around: RankingContext,
): { readonly candidates: readonly MixCandidate[]; readonly none: Float32Array } {
  const best = (of: (hypothesis: MixHypothesis) => number) =>
    unranked.reduce((highest, { hypothesis }) => Math.max(highest, of(hypothesis)), Number.NEGATIVE_INFINITY);
  const bestNeural = best(({ neural }) => neural);
  const bestNgram = best(({ ngram }) => ngram);
  const candidates = describe(unranked, around).map((candidate, i): MixCandidate => {
    const { hypothesis, text } = unranked[i] as MixUnranked;
    const inputs = { hypothesis, tokens: Math.max(1, hypothesis.steps.length), bestNeural, bestNgram };
    return {
      hypothesis,
      text,
      features: Float32Array.from([...candidate.features, ...neuralFeatures.map((of) => of(inputs))]),
    };
  });
  const none = [...describeNone(unranked, around), clipped(bestNeural), clipped(bestNgram)];
  return { candidates, none: Float32Array.from(none) };
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
  return { version: 1, gate: new Array<number>(gateSize).fill(0), ranking: rankingFrom(defaultWeights().ranking) };
}

/** Weights for a model of another maker, in llama.cpp or on a server: the gate of Qwen2.5-Coder-1.5B, medium's ranking. */
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
