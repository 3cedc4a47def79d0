// How far the neural model is trusted at one token: a logistic gate over what both models see, fitted by maximum likelihood.
// Source: mixtures of experts with a learned gate (Jacobs et al. 1991); cache mixtures of language models (Grave et al. 2017).
import { levels } from '../ngram/evidence.ts';

/** What the gate looks at. Probabilities are of each model's likeliest event, a token or the end. */
export interface GateFacts {
  /** Longest match of the n-grams, tokens, and how often it was seen. */
  readonly matchLength: number;
  readonly matchCount: number;
  readonly fromOpenFile: boolean;
  readonly ngramBest: number;
  readonly neuralBest: number;
  /** Of the neural distribution, nats. */
  readonly entropy: number;
  /** Both think the same event likeliest. */
  readonly agree: boolean;
  readonly first: boolean;
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
  ({ agree }) => flag(agree),
  ({ matchCount }) => Math.log1p(matchCount) / 2,
  ({ fromOpenFile }) => flag(fromOpenFile),
  ({ first }) => flag(first),
  ({ ngramBest, neuralBest }) => log(ngramBest) - log(neuralBest),
];

export const gateSize = features.length;

export function gateFeatures(facts: GateFacts): Float32Array {
  return Float32Array.from(features, (feature) => feature(facts));
}

/** Weight of the neural model, 0..1; the n-grams have the rest. */
export function gateOf(values: Float32Array, weights: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] as number) * (weights[i] as number);
  return 1 / (1 + Math.exp(-sum));
}

/** One token (or end) that really came, and what each model had given it. */
export interface GateExample {
  readonly features: Float32Array;
  readonly ngram: number;
  readonly neural: number;
}

const LEAST = 1e-9;

/** Mean log loss, nats. */
export function gateLoss(examples: readonly GateExample[], weights: ArrayLike<number>): number {
  const sum = examples.reduce((total, example) => {
    const gate = gateOf(example.features, weights);
    return total - Math.log(Math.max(LEAST, gate * example.neural + (1 - gate) * example.ngram));
  }, 0);
  return sum / Math.max(1, examples.length);
}

/** Adam on whole batches, pulled towards `start` with the strength of `prior` examples. Deterministic. */
export function fitGate(
  examples: readonly GateExample[],
  start: ArrayLike<number>,
  prior: number,
  steps = 300,
): number[] {
  const weights = Float64Array.from(start);
  if (examples.length === 0) return Array.from(weights);
  const gradient = new Float64Array(gateSize);
  const first = new Float64Array(gateSize);
  const second = new Float64Array(gateSize);
  for (let step = 1; step <= steps; step++) {
    gradient.fill(0);
    for (const { features: values, ngram, neural } of examples) {
      const gate = gateOf(values, weights);
      const mixed = Math.max(LEAST, gate * neural + (1 - gate) * ngram);
      const slope = (-(neural - ngram) / mixed) * gate * (1 - gate);
      for (let i = 0; i < gateSize; i++) gradient[i] = (gradient[i] as number) + slope * (values[i] as number);
    }
    const rate = 0.1 * (1 - (step - 1) / steps);
    for (let i = 0; i < gateSize; i++) {
      const pull = prior * ((weights[i] as number) - (start[i] as number));
      const g = ((gradient[i] as number) + pull) / examples.length;
      first[i] = 0.9 * (first[i] as number) + 0.1 * g;
      second[i] = 0.99 * (second[i] as number) + 0.01 * g * g;
      const scale = Math.sqrt((second[i] as number) / (1 - 0.99 ** step)) + 1e-8;
      weights[i] = (weights[i] as number) - (rate * (first[i] as number)) / (1 - 0.9 ** step) / scale;
    }
  }
  return Array.from(weights);
}
