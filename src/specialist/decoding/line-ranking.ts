// Ranks whole candidate lines, by the same conditional logit as specialist/ngram/ranking.ts.
import {
  candidateFeatures,
  defaultWeights,
  describe,
  describeNone,
  rankingSize as ngramSize,
  type RankingContext,
  type Unranked,
} from '../ngram/ranking.ts';
import type { MixHypothesis } from './search.ts';

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
export function initialRanking(): number[] {
  const values = [...defaultWeights().ranking];
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
