// The learning rate: a linear warm-up, then a linear decay. A time budget decides the last step.
import { AwakeTime } from '../../common/clock.ts';
import type { TrainingRequest } from './request.ts';
import {
  LATE_FACTOR,
  LONGEST_GAP_STEPS,
  MINIMUM_CHANGE,
  RATE_FLOOR,
  TIMED_STEPS,
  VALIDATION_SHARE,
  WARMUP_STEPS,
} from './training-settings.ts';

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

export function scheduleOf(
  { learningRate, epochs, maxSteps = Number.POSITIVE_INFINITY }: TrainingRequest,
  stepsPerEpoch: number,
): Schedule {
  const totalSteps = Math.min(epochs * stepsPerEpoch, maxSteps);
  return {
    peak: learningRate,
    warmupSteps: Math.min(WARMUP_STEPS, Math.ceil(totalSteps / 10)),
    totalSteps,
    floor: RATE_FLOOR,
  };
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

/** The part of a run's progress that follows the clock. */
export interface TimedPlan {
  plan: SchedulePlan;
  /** Whether the plan was fitted to the time left. */
  isFitted: boolean;
  /** Spent until the checkpoint. */
  seconds: number;
  /** Of the last validation; 0 before the first. */
  validationSeconds: number;
  /** Steps between validations. */
  validateEvery: number;
}

/** Measures the seconds that a run has spent, needs per step and has left, and fits the plan to them. */
export class Timekeeper {
  private readonly schedule: Schedule;
  private readonly budgetSeconds: number;
  private readonly timed: TimedPlan;
  private readonly awake: AwakeTime;
  /** Seconds of the run's earlier parts. */
  private readonly earlierSeconds: number;
  /** Seconds and step at which this process began to measure its speed. */
  private measuringStart: { step: number; seconds: number } | undefined;
  private latestSecondsPerStep = 0;

  /** @param timed kept up to date @param now see AwakeTime */
  constructor(schedule: Schedule, budgetSeconds: number, timed: TimedPlan, now?: () => number) {
    this.schedule = schedule;
    this.budgetSeconds = budgetSeconds;
    this.timed = timed;
    this.earlierSeconds = timed.seconds;
    this.awake = new AwakeTime(now);
  }

  /** Seconds spent, including earlier parts of a resumed run and excluding the machine's sleep. */
  get seconds(): number {
    return this.earlierSeconds + this.awake.read(1000 * LONGEST_GAP_STEPS * this.latestSecondsPerStep) / 1000;
  }

  /** Call it after each micro-batch, so that gaps between calls are short. */
  record(): void {
    void this.seconds;
  }

  /** Call it after each step. Fits the plan after a few steps, and again if it would end too late. */
  recordStep(step: number): void {
    // The first step of a process grows its memory.
    this.measuringStart ??= { step, seconds: this.seconds };
    this.latestSecondsPerStep = this.secondsPerStep(step) ?? 0;
    if (this.timed.isFitted ? this.isLate(step) : step >= TIMED_STEPS) this.fitPlan(step);
  }

  /** Call it after each validation, with its seconds. */
  recordValidation(step: number, seconds: number): void {
    this.timed.validationSeconds = seconds;
    if (this.measuringStart) this.measuringStart.seconds += seconds;
    this.fitPlan(step);
  }

  /** Whether the next step and a validation exceed the budget, or the whole plan exceeds it by far. */
  private isLate(step: number): boolean {
    const secondsForSteps = this.budgetSeconds - this.seconds - this.timed.validationSeconds;
    return (
      (this.secondsPerStep(step) ?? 0) > secondsForSteps ||
      (this.secondsOfPlan(step) ?? 0) > LATE_FACTOR * secondsForSteps
    );
  }

  /** Seconds per step without validations; undefined before the second step in this process. */
  private secondsPerStep(step: number): number | undefined {
    const { measuringStart: mark } = this;
    return mark && step > mark.step ? (this.seconds - mark.seconds) / (step - mark.step) : undefined;
  }

  /**
   * Seconds until the last step, at most those of the budget: the first steps are done before the plan is fitted to it.
   * Undefined before the second step in this process.
   */
  secondsLeft(step: number): number | undefined {
    const planned = this.secondsOfPlan(step);
    return planned && Math.min(planned, Math.max(0, this.budgetSeconds - this.seconds));
  }

  /** Seconds of the plan's other steps, validations included. */
  private secondsOfPlan(step: number): number | undefined {
    const { plan, validateEvery, validationSeconds } = this.timed;
    const perStep = this.secondsPerStep(step);
    return perStep === undefined ? undefined : (plan.totalSteps - step) * (perStep + validationSeconds / validateEvery);
  }

  private fitPlan(step: number): void {
    const { schedule, budgetSeconds, timed } = this;
    const perStep = this.secondsPerStep(step);
    if (budgetSeconds === Number.POSITIVE_INFINITY || perStep === undefined) return;
    const secondsLeft = budgetSeconds - this.seconds - timed.validationSeconds;
    if (!timed.isFitted) {
      const minimumInterval = Math.ceil(timed.validationSeconds / (VALIDATION_SHARE * perStep));
      timed.validateEvery = Math.max(timed.validateEvery, minimumInterval);
    }
    const secondsPerStep = perStep + timed.validationSeconds / timed.validateEvery;
    timed.plan = fitPlanToTime(schedule, timed.plan, step, secondsLeft, secondsPerStep);
    timed.isFitted = true;
  }
}
