// Chooses a threshold for keeping examples local, with a bound on the accuracy lost to the better model. The bound holds
// on average.

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

/**
 * The highest threshold whose loss stays below `alpha`: conformal risk control (Angelopoulos et al. 2022, arXiv
 * 2208.02814). Its loss is in 0..1 and never falls as more is kept. Undefined if no example can be kept.
 */
export function thresholdOfBoundedRisk(examples: readonly Keepable[], alpha: number): Threshold | undefined {
  const maximum = alpha * (examples.length + 1) - 1 + 1e-9;
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
