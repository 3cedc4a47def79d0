// The learning rate and the number of steps: a linear warm-up, then a linear decay, whose end depends on the time left.
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

/** An end that moves by less than this share of the steps left does not change the plan. */
const WORTH_IT = 0.1;

/**
 * A plan that ends in time, fitted after `step` steps: earlier if the machine has become slower, later (never later
 * than wanted) if it has become faster. The rate continues from its present value.
 * @param secondsPerStep validation included
 */
export function replan(
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
  if (totalSteps > step && change <= WORTH_IT * (plan.totalSteps - step)) return plan;
  if (step <= plan.from) return { ...plan, totalSteps };
  return { totalSteps, from: step, rate: learningRateAt(schedule, plan, step) };
}
