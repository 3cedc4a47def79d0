// A run's time: seconds spent, seconds per step, seconds left, and the plan that is fitted to them.
import { AwakeTime } from '../../common/clock.ts';
import type { CheckpointProgress, RunOptions } from './run.ts';
import { replan } from './schedule.ts';

/** Steps of the first speed estimate, after a first step that is slower than all others. */
const TIMED_STEPS = 4;
/** A plan is late if it needs so many times the time left. */
const LATE = 1.1;
/** The gap between two micro-batches is shorter than so many steps. */
const LONGEST_GAP_STEPS = 3;
/** Validation takes at most this share of the time. */
const VALIDATION_SHARE = 0.1;

export class Timekeeper {
  private readonly options: Pick<RunOptions, 'budgetSeconds' | 'schedule'>;
  private readonly progress: CheckpointProgress;
  private readonly awake: AwakeTime;
  /** Seconds of the run's earlier parts. */
  private readonly before: number;
  /** Seconds and step at which this process began to measure its speed. */
  private mark: { step: number; seconds: number } | undefined;
  /** Latest seconds per step. */
  private perStep = 0;

  /** @param progress whose plan it keeps @param now see AwakeTime */
  constructor(
    options: Pick<RunOptions, 'budgetSeconds' | 'schedule'>,
    progress: CheckpointProgress,
    now?: () => number,
  ) {
    this.options = options;
    this.progress = progress;
    this.before = progress.seconds;
    this.awake = new AwakeTime(now);
  }

  /** Seconds spent, including earlier parts of a resumed run and excluding the machine's sleep. */
  get seconds(): number {
    return this.before + this.awake.read(1000 * LONGEST_GAP_STEPS * this.perStep) / 1000;
  }

  /** Call it after each micro-batch and each written piece of a file: the gaps between calls are bounded. */
  turned(): void {
    void this.seconds;
  }

  /** Call it after each step. Fits the plan after a few steps, and again if it would end too late. */
  stepped(step: number): void {
    // The first step of a process grows its memory.
    this.mark ??= { step, seconds: this.seconds };
    this.perStep = this.secondsPerStep(step) ?? 0;
    if (this.progress.timed ? this.isLate(step) : step >= TIMED_STEPS) this.plan(step);
  }

  /** Call it after each validation. */
  validated(seconds: number): void {
    this.progress.validationSeconds = seconds;
    if (this.mark) this.mark.seconds += seconds;
  }

  /** Of one validation; 0 before the first. */
  private get validationSeconds(): number {
    return this.progress.validationSeconds ?? 0;
  }

  /** The next step and the last validation exceed the budget, or the whole plan exceeds it by far. */
  private isLate(step: number): boolean {
    const { budgetSeconds = Number.POSITIVE_INFINITY } = this.options;
    const room = budgetSeconds - this.seconds - this.validationSeconds;
    return (this.secondsPerStep(step) ?? 0) > room || (this.left(step) ?? 0) > LATE * room;
  }

  /** Seconds per step without validations; undefined before the second step in this process. */
  private secondsPerStep(step: number): number | undefined {
    const { mark } = this;
    return mark && step > mark.step ? (this.seconds - mark.seconds) / (step - mark.step) : undefined;
  }

  /** Seconds until the last step, validations included; undefined before the second step in this process. */
  left(step: number): number | undefined {
    const { plan, every } = this.progress;
    const perStep = this.secondsPerStep(step);
    return perStep === undefined ? undefined : (plan.totalSteps - step) * (perStep + this.validationSeconds / every);
  }

  /** Fits the plan to the time left. */
  plan(step: number): void {
    const { options, progress } = this;
    const perStep = this.secondsPerStep(step);
    if (options.budgetSeconds === undefined || perStep === undefined) return;
    const left = options.budgetSeconds - this.seconds;
    if (!progress.timed) {
      const seldom = Math.ceil(this.validationSeconds / (VALIDATION_SHARE * perStep));
      progress.every = Math.max(progress.every, seldom);
    }
    const each = perStep + this.validationSeconds / progress.every;
    progress.plan = replan(options.schedule, progress.plan, step, left - this.validationSeconds, each);
    progress.timed = { step, seconds: this.seconds };
  }
}
