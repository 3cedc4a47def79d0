// Features of the gate: how much weight the neural model gets beside the n-grams at one token
// (common/statistics/gate.ts). Source: cache mixtures of language models (Grave et al. 2017).
import { levels } from '../ngram/evidence.ts';

/** Inputs of the gate's features. Probabilities are those of each model's most likely event, a token or the end. */
export interface GateFacts {
  /** Longest match of the n-grams, tokens, and its number of occurrences. */
  readonly matchLength: number;
  readonly matchCount: number;
  readonly fromOpenFile: boolean;
  readonly ngramBest: number;
  readonly neuralBest: number;
  /** Entropy of the neural distribution, nats. */
  readonly entropy: number;
  /** Whether both models have the same most likely event. */
  readonly modelsAgree: boolean;
  readonly isFirstToken: boolean;
}

const flag = (condition: boolean) => (condition ? 1 : 0);
const log = (p: number) => Math.log(Math.max(1e-4, p));

const features: readonly ((facts: GateFacts) => number)[] = [
  ({ matchLength }) => flag(matchLength === 0),
  ...levels.map((level, i) => ({ matchLength }: GateFacts) => {
    const next = levels[i + 1] ?? Number.POSITIVE_INFINITY;
    return flag(matchLength >= level && matchLength < next);
  }),
  ({ entropy }) => entropy / 2,
  ({ entropy }) => Math.max(0, entropy - 1) / 2,
  ({ entropy }) => Math.max(0, entropy - 2.5) / 2,
  ({ ngramBest }) => log(ngramBest) / 2,
  ({ ngramBest }) => ngramBest,
  ({ neuralBest }) => log(neuralBest) / 2,
  ({ neuralBest }) => neuralBest,
  ({ modelsAgree }) => flag(modelsAgree),
  ({ matchCount }) => Math.log1p(matchCount) / 2,
  ({ fromOpenFile }) => flag(fromOpenFile),
  ({ isFirstToken }) => flag(isFirstToken),
  ({ ngramBest, neuralBest }) => log(ngramBest) - log(neuralBest),
];

export const gateSize = features.length;

export function gateFeatures(facts: GateFacts): Float32Array {
  return Float32Array.from(features, (feature) => feature(facts));
}
