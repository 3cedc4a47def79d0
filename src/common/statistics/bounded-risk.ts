// Chooses a threshold for keeping examples local, with a bound on the accuracy lost to the better model.
// The bound holds on average (conformal risk control) or with 95 % probability (Learn then Test). Both methods choose
// the highest threshold at which the examples lose no more than a maximum.

/** An example with its score `by`. It is answered locally if the score is at most the threshold. */
export interface Keepable {
  readonly by: number;
  /** Whether keeping it local loses a right answer, or the fraction that is lost, 0..1. */
  readonly lost: boolean | number;
}

export interface Threshold {
  /** Examples with `by` up to this value are kept. */
  readonly keepBelow: number;
  /** The fraction of the calibration examples that is kept. */
  readonly share: number;
}

/** Probability that a bound of kind `sure` is exceeded, over random calibration examples. */
const DELTA = 0.05;

/** Whether a bound holds on average, or with high probability. */
export type BoundKind = 'mean' | 'sure';

/**
 * The maximum number of lost examples among `count`. Negative if there are too few examples to keep any.
 *
 * - mean: conformal risk control (Angelopoulos et al. 2022, arXiv 2208.02814).
 *   It needs a loss in 0..1 that never falls as more is kept.
 * - sure: fixed-sequence testing of Learn then Test (Angelopoulos et al. 2021, arXiv 2110.01052).
 *   It applies the exact binomial test of 'the loss is over alpha', from the safest threshold to the first failure.
 */
const maximumLost: Readonly<Record<BoundKind, (count: number, alpha: number) => number>> = {
  mean: (count, alpha) => alpha * (count + 1) - 1 + 1e-9,
  sure: (count, alpha) => {
    let term = (1 - alpha) ** count;
    let below = term;
    let lost = -1;
    while (below <= DELTA && lost < count) {
      lost += 1;
      term *= ((count - lost) / (lost + 1)) * (alpha / (1 - alpha));
      below += term;
    }
    return lost;
  },
};

/** The highest threshold whose loss stays below `alpha`. Undefined if no example can be kept. */
export function thresholdOfBoundedRisk(
  examples: readonly Keepable[],
  alpha: number,
  kind: BoundKind = 'mean',
): Threshold | undefined {
  const maximum = maximumLost[kind](examples.length, alpha);
  const order = [...examples].sort((a, b) => a.by - b.by);
  let lost = 0;
  let best: Threshold | undefined;
  for (const [i, example] of order.entries()) {
    lost += Number(example.lost);
    if (lost > maximum) break;
    // Examples with equal `by` are kept or dropped together.
    if (order[i + 1]?.by !== example.by) best = { keepBelow: example.by, share: (i + 1) / order.length };
  }
  return best;
}
