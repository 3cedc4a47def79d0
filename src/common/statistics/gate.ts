// A logistic gate that mixes the probabilities of two experts, fitted by maximum likelihood.
// Source: mixtures of experts with a learned gate (Jacobs et al. 1991).
import { adam } from './adam.ts';

/** Weight of the first expert, 0..1. The second expert has the rest. */
export function firstExpertWeight(features: Float32Array, weights: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < features.length; i++) sum += (features[i] as number) * (weights[i] as number);
  return 1 / (1 + Math.exp(-sum));
}

/** An observed event, and the probability that each expert gave it. */
export interface GateExample {
  readonly features: Float32Array;
  readonly first: number;
  readonly second: number;
}

const MINIMUM_PROBABILITY = 1e-9;

/** Mean log loss of the examples under `probability`, nats. */
export function meanLogLoss(examples: readonly GateExample[], probability: (example: GateExample) => number): number {
  const sum = examples.reduce(
    (total, example) => total - Math.log(Math.max(MINIMUM_PROBABILITY, probability(example))),
    0,
  );
  return sum / Math.max(1, examples.length);
}

/** Probability of the event under the mixture of both experts. */
export function mixtureProbability({ features, first, second }: GateExample, weights: ArrayLike<number>): number {
  const gate = firstExpertWeight(features, weights);
  return gate * first + (1 - gate) * second;
}

/** Maximum likelihood with a Gaussian prior at `start`, worth `prior` examples. Deterministic. */
export function fitGate(
  examples: readonly GateExample[],
  start: ArrayLike<number>,
  prior: number,
  steps = 300,
): number[] {
  const addGradient = (weights: Float64Array, gradient: Float64Array) => {
    for (const { features, first, second } of examples) {
      const gate = firstExpertWeight(features, weights);
      const mixed = Math.max(MINIMUM_PROBABILITY, gate * first + (1 - gate) * second);
      const slope = (-(first - second) / mixed) * gate * (1 - gate);
      for (let i = 0; i < features.length; i++) gradient[i] = (gradient[i] as number) + slope * (features[i] as number);
    }
  };
  return Array.from(adam(start, addGradient, { steps, rate: 0.1, examples: examples.length, prior }));
}
