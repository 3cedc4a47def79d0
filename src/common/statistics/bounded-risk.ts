// How much may be kept from whoever is right more often, at a loss that is not exceeded: on average (conformal risk control), or with 95 %
// (Learn then Test). Both ask the same of the examples: which threshold is the highest at which they lost no more than so many.

/** An example that is kept where `by` is at most the threshold, and whether something is lost then. */
export interface Keepable {
  readonly by: number;
  /** Or how much of it, 0..1. */
  readonly lost: boolean | number;
}

export interface Threshold {
  /** Examples with `by` up to this are kept. */
  readonly keepBelow: number;
  /** Of the examples it was chosen on. */
  readonly share: number;
}

/** How likely a bound of `sure` is exceeded over the examples that it is chosen on. */
const DELTA = 0.05;

/** What a bound holds for. */
export type Holding = 'mean' | 'sure';

/**
 * The most examples that may be lost of `count`; below 0: too few examples to keep any.
 *
 * mean: conformal risk control (Angelopoulos et al. 2022, arXiv 2208.02814) for a loss from 0 to 1 that never falls as more is kept.
 * sure: the exact binomial test of 'the loss is over alpha', from the safest threshold on until it no longer rejects (fixed-sequence testing of
 * Learn then Test, Angelopoulos et al. 2021, arXiv 2110.01052).
 */
const mostLost: Readonly<Record<Holding, (count: number, alpha: number) => number>> = {
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

/** The highest threshold whose loss is held under `alpha`; undefined where there are too few examples to keep any. */
export function boundedRisk(
  examples: readonly Keepable[],
  alpha: number,
  holding: Holding = 'mean',
): Threshold | undefined {
  const most = mostLost[holding](examples.length, alpha);
  const order = [...examples].sort((a, b) => a.by - b.by);
  let lost = 0;
  let best: Threshold | undefined;
  for (const [i, example] of order.entries()) {
    lost += Number(example.lost);
    if (lost > most) break;
    // Those of equal `by` stay or go together.
    if (order[i + 1]?.by !== example.by) best = { keepBelow: example.by, share: (i + 1) / order.length };
  }
  return best;
}
