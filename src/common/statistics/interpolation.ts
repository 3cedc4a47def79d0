// Two models' probabilities of what really came, interpolated with one weight: that of maximum likelihood, by expectation maximisation (Jelinek &
// Mercer 1980). The log-likelihood is concave in the weight, so that it is the only one.

const STEPS = 40;
const LEAST = 1e-9;
/** No model is left out for good: both were seen to be right somewhere else. */
const BOUND = 0.02;

/** What came, once or by its weight. */
export interface Chances {
  /** Of each event under either model, 0..1. */
  readonly first: ArrayLike<number>;
  readonly second: ArrayLike<number>;
  readonly weights: ArrayLike<number>;
}

/** @returns the first model's share, and the mean log loss of both together, nats. Deterministic */
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
