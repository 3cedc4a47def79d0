// Interpolates the probabilities of two models with one weight, fitted by expectation maximisation.
// Source: Jelinek & Mercer 1980. The log-likelihood is concave in the weight, so the maximum is unique.

const STEPS = 40;
const LEAST = 1e-9;
/** Minimum share of each model, so that neither is excluded completely. */
const BOUND = 0.02;

/** Observed events and their weights. */
export interface Chances {
  /** Probability of each event under the first and the second model, 0..1. */
  readonly first: ArrayLike<number>;
  readonly second: ArrayLike<number>;
  readonly weights: ArrayLike<number>;
}

/** @returns the first model's share, and the mean log loss of the mixture, nats. Deterministic. */
export function interpolated({ first, second, weights }: Chances): { readonly share: number; readonly loss: number } {
  const chance = (share: number, i: number) =>
    Math.max(LEAST, share * (first[i] as number) + (1 - share) * (second[i] as number));
  let all = 0;
  for (let i = 0; i < weights.length; i++) all += weights[i] as number;
  let share = 0.5;
  for (let step = 0; step < STEPS && all > 0; step++) {
    let responsible = 0;
    for (let i = 0; i < weights.length; i++)
      responsible += ((weights[i] as number) * share * (first[i] as number)) / chance(share, i);
    share = Math.min(1 - BOUND, Math.max(BOUND, responsible / all));
  }
  let loss = 0;
  for (let i = 0; i < weights.length; i++) loss -= (weights[i] as number) * Math.log(chance(share, i));
  return { share, loss: all > 0 ? loss / all : 0 };
}
