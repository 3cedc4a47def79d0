// Interpolates the probabilities of two models with one weight, fitted by expectation maximisation.
// Source: Jelinek & Mercer 1980. The log-likelihood is concave in the weight, so the maximum is unique.

const STEPS = 40;
const MINIMUM_PROBABILITY = 1e-9;
/** Minimum share of each model, so that neither is excluded completely. */
const MINIMUM_SHARE = 0.02;

/** Observed events and their weights. */
export interface EventProbabilities {
  /** Probability of each event under the first and the second model, 0..1. */
  readonly first: ArrayLike<number>;
  readonly second: ArrayLike<number>;
  readonly weights: ArrayLike<number>;
}

/** @returns the first model's share, and the mean log loss of the mixture, nats. Deterministic. */
export function fitInterpolation({ first, second, weights }: EventProbabilities): {
  readonly share: number;
  readonly loss: number;
} {
  const mixtureProbability = (share: number, i: number) =>
    Math.max(MINIMUM_PROBABILITY, share * (first[i] as number) + (1 - share) * (second[i] as number));
  let totalWeight = 0;
  for (let i = 0; i < weights.length; i++) totalWeight += weights[i] as number;
  let share = 0.5;
  for (let step = 0; step < STEPS && totalWeight > 0; step++) {
    let responsibility = 0;
    for (let i = 0; i < weights.length; i++)
      responsibility += ((weights[i] as number) * share * (first[i] as number)) / mixtureProbability(share, i);
    share = Math.min(1 - MINIMUM_SHARE, Math.max(MINIMUM_SHARE, responsibility / totalWeight));
  }
  let loss = 0;
  for (let i = 0; i < weights.length; i++) loss -= (weights[i] as number) * Math.log(mixtureProbability(share, i));
  return { share, loss: totalWeight > 0 ? loss / totalWeight : 0 };
}
