// The learning rate: a linear warm-up, then a linear decay. The time left determines the last step.
export interface Schedule {
  readonly peak: number;
  readonly warmupSteps: number;
  /** Wanted steps; a time budget may allow fewer. */
  readonly totalSteps: number;
  /** Share of the peak at the last step. */
  readonly floor: number;
}

/** Where the decay starts and ends. Part of a checkpoint, so a resumed run decays in the same way. */
export interface SchedulePlan {
  readonly totalSteps: number;
  /** Step at which the decay starts, and the rate there. */
  readonly from: number;
  readonly rate: number;
}

export function firstPlan({ peak, warmupSteps, totalSteps }: Schedule): SchedulePlan {
  return { totalSteps, from: Math.min(warmupSteps, totalSteps), rate: peak };
}

/** `step` counts from 0. */
export function learningRateAt({ peak, warmupSteps, floor }: Schedule, plan: SchedulePlan, step: number): number {
  if (step < Math.min(warmupSteps, plan.from)) return (peak * (step + 1)) / warmupSteps;
  const share = Math.min(1, (step - plan.from) / Math.max(1, plan.totalSteps - plan.from));
  return plan.rate + (peak * floor - plan.rate) * share;
}

/** The plan is kept if its last step would move by less than this share of the steps left. */
const MINIMUM_CHANGE = 0.1;

/**
 * Fits the plan to the time left after `step` steps. It ends earlier on a slower machine and later on a faster one, but
 * never after the wanted number of steps. The rate continues from its present value.
 * @param secondsPerStep including the share of validations
 */
export function fitPlanToTime(
  schedule: Schedule,
  plan: SchedulePlan,
  step: number,
  secondsLeft: number,
  secondsPerStep: number,
): SchedulePlan {
  const possible = step + Math.max(0, Math.floor(secondsLeft / secondsPerStep));
  const totalSteps = Math.min(schedule.totalSteps, possible);
  const change = Math.abs(totalSteps - plan.totalSteps);
  // A run that is out of time ends even if the end moves little.
  if (totalSteps > step && change <= MINIMUM_CHANGE * (plan.totalSteps - step)) return plan;
  if (step <= plan.from) return { ...plan, totalSteps };
  return { totalSteps, from: step, rate: learningRateAt(schedule, plan, step) };
}
