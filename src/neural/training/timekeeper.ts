// Measures the seconds that a run has spent, needs per step and has left, and fits the plan to them.
import { AwakeTime } from '../../common/clock.ts';
import type { CheckpointProgress, RunOptions } from './run.ts';
import { fitPlanToTime } from './schedule.ts';

/** The first speed estimate is made after this many steps. The first step is slower than all others. */
const TIMED_STEPS = 4;
/** A plan is late if it needs more than this many times the time left. */
const LATE_FACTOR = 1.1;
/** A gap between two micro-batches that is longer than this many steps counts as sleep of the machine. */
const LONGEST_GAP_STEPS = 3;
/** Validation takes at most this share of the time. */
const VALIDATION_SHARE = 0.1;

export class Timekeeper {
  private readonly options: Pick<RunOptions, 'budgetSeconds' | 'schedule'>;
  private readonly progress: CheckpointProgress;
  private readonly awake: AwakeTime;
  /** Seconds of the run's earlier parts. */
  private readonly earlierSeconds: number;
  /** Seconds and step at which this process began to measure its speed. */
  private measuringStart: { step: number; seconds: number } | undefined;
  private latestSecondsPerStep = 0;

  /** @param progress its plan is kept up to date @param now see AwakeTime */
  constructor(
    options: Pick<RunOptions, 'budgetSeconds' | 'schedule'>,
    progress: CheckpointProgress,
    now?: () => number,
  ) {
    this.options = options;
    this.progress = progress;
    this.earlierSeconds = progress.seconds;
    this.awake = new AwakeTime(now);
  }

  /** Seconds spent, including earlier parts of a resumed run and excluding the machine's sleep. */
  get seconds(): number {
    return this.earlierSeconds + this.awake.read(1000 * LONGEST_GAP_STEPS * this.latestSecondsPerStep) / 1000;
  }

  /** Call it after each micro-batch and each written piece of a file, so that gaps between calls are short. */
  recordTime(): void {
    void this.seconds;
  }

  /** Call it after each step. Fits the plan after a few steps, and again if it would end too late. */
  recordStep(step: number): void {
    // The first step of a process grows its memory.
    this.measuringStart ??= { step, seconds: this.seconds };
    this.latestSecondsPerStep = this.secondsPerStep(step) ?? 0;
    if (this.progress.timed ? this.isLate(step) : step >= TIMED_STEPS) this.fitPlan(step);
  }

  /** Call it after each validation. */
  recordValidation(seconds: number): void {
    this.progress.validationSeconds = seconds;
    if (this.measuringStart) this.measuringStart.seconds += seconds;
  }

  /** Seconds of the last validation; 0 before the first. */
  private get validationSeconds(): number {
    return this.progress.validationSeconds ?? 0;
  }

  /** Whether the next step and a validation exceed the budget, or the whole plan exceeds it by far. */
  private isLate(step: number): boolean {
    const { budgetSeconds = Number.POSITIVE_INFINITY } = this.options;
    const secondsForSteps = budgetSeconds - this.seconds - this.validationSeconds;
    return (
      (this.secondsPerStep(step) ?? 0) > secondsForSteps ||
      (this.secondsLeft(step) ?? 0) > LATE_FACTOR * secondsForSteps
    );
  }

  /** Seconds per step without validations; undefined before the second step in this process. */
  private secondsPerStep(step: number): number | undefined {
    const { measuringStart: mark } = this;
    return mark && step > mark.step ? (this.seconds - mark.seconds) / (step - mark.step) : undefined;
  }

  /** Seconds until the last step, validations included; undefined before the second step in this process. */
  secondsLeft(step: number): number | undefined {
    const { plan, every } = this.progress;
    const perStep = this.secondsPerStep(step);
    return perStep === undefined ? undefined : (plan.totalSteps - step) * (perStep + this.validationSeconds / every);
  }

  /** Fits the plan to the time left. */
  fitPlan(step: number): void {
    const { options, progress } = this;
    const perStep = this.secondsPerStep(step);
    if (options.budgetSeconds === undefined || perStep === undefined) return;
    const secondsLeft = options.budgetSeconds - this.seconds;
    if (!progress.timed) {
      const minimumInterval = Math.ceil(this.validationSeconds / (VALIDATION_SHARE * perStep));
      progress.every = Math.max(progress.every, minimumInterval);
    }
    const secondsPerStepWithValidation = perStep + this.validationSeconds / progress.every;
    progress.plan = fitPlanToTime(
      options.schedule,
      progress.plan,
      step,
      secondsLeft - this.validationSeconds,
      secondsPerStepWithValidation,
    );
    progress.timed = { step, seconds: this.seconds };
  }
}
