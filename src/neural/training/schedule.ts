// The learning rate and the number of steps of a run: a linear warm-up, then linear decay to an end that the time left may move.
export interface Schedule {
  readonly peak: number;
  readonly warmupSteps: number;
  /** Steps wanted; a time budget may allow fewer. */
  readonly totalSteps: number;
  /** Of the peak, at the last step. */
  readonly floor: number;
}

/** Where the decay starts and ends. Part of a checkpoint: a resumed run decays as the run before it. */
export interface SchedulePlan {
  readonly totalSteps: number;
  /** Step from which on the rate falls, and the rate there. */
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

/** An end that differs by less than this share of the steps left is not worth a bend in the schedule. */
const WORTH_IT = 0.1;

/**
 * The plan that ends in time, seen from `step` done: earlier where the machine has become slower, later (never later than wanted)
 * where it has become faster. The rate goes on from where it is.
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
  // A run that is out of time ends, however little that changes.
  if (totalSteps > step && change <= WORTH_IT * (plan.totalSteps - step)) return plan;
  if (step <= plan.from) return { ...plan, totalSteps };
  return { totalSteps, from: step, rate: learningRateAt(schedule, plan, step) };
}
