// The learning rate over a run: linear warm-up, then a cosine down to a fraction of the peak.
export interface Schedule {
  readonly peak: number;
  readonly warmupSteps: number;
  readonly totalSteps: number;
  /** Of the peak, at the last step. */
  readonly floor: number;
}

/** `step` counts from 0. */
export function learningRateAt({ peak, warmupSteps, totalSteps, floor }: Schedule, step: number): number {
  if (step < warmupSteps) return (peak * (step + 1)) / warmupSteps;
  const span = Math.max(1, totalSteps - warmupSteps);
  const progress = Math.min(1, (step - warmupSteps) / span);
  return peak * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}
