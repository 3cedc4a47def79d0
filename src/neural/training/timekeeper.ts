// A run's time: what was spent, how fast its steps are, how much is left; and the plan that is fitted to it.
import { AwakeTime } from '../../common/clock.ts';
import type { CheckpointProgress, RunOptions } from './run.ts';
import { replan } from './schedule.ts';

/** Steps that a first estimate of the speed is taken from, after one that is slower than all others. */
const TIMED_STEPS = 4;
/** A plan is late that needs so many times what is left. */
const LATE = 1.1;
/** What lies between two micro-batches is shorter than so many steps. */
const LONGEST_GAP_STEPS = 3;
/** Validation takes at most this share of the time. */
const VALIDATION_SHARE = 0.1;

export class Timekeeper {
  private readonly options: Pick<RunOptions, 'budgetSeconds' | 'schedule'>;
  private readonly progress: CheckpointProgress;
  private readonly awake: AwakeTime;
  /** Seconds of the run's earlier parts. */
  private readonly before: number;
  /** Seconds and step when the speed began to be measured in this process. */
  private mark: { step: number; seconds: number } | undefined;
  /** Seconds of a step at the last. */
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

  /** Spent until now, earlier parts of a resumed run included; no sleep of the machine. */
  get seconds(): number {
    return this.before + this.awake.read(1000 * LONGEST_GAP_STEPS * this.perStep) / 1000;
  }

  /** Told after each micro-batch and each piece of a file that is written: what lies between two of these is bounded. */
  turned(): void {
    void this.seconds;
  }

  /** Told of each step: after a few the plan is fitted for the first time, and anew where it would end too late. */
  stepped(step: number): void {
    // The first step of a process grows its memory.
    this.mark ??= { step, seconds: this.seconds };
    this.perStep = this.secondsPerStep(step) ?? 0;
    if (this.progress.timed ? this.isLate(step) : step >= TIMED_STEPS) this.plan(step);
  }

  /** Told of each validation. */
  validated(seconds: number): void {
    this.progress.validationSeconds = seconds;
    if (this.mark) this.mark.seconds += seconds;
  }

  /** Of one validation; 0 before the first. */
  private get validationSeconds(): number {
    return this.progress.validationSeconds ?? 0;
  }

  /** The next step and the last validation do not fit into the budget any more, or all that is planned by far not. */
  private isLate(step: number): boolean {
    const { budgetSeconds = Number.POSITIVE_INFINITY } = this.options;
    const room = budgetSeconds - this.seconds - this.validationSeconds;
    return (this.secondsPerStep(step) ?? 0) > room || (this.left(step) ?? 0) > LATE * room;
  }

  /** Of a step as they come, validations not counted; undefined before the second in this process. */
  private secondsPerStep(step: number): number | undefined {
    const { mark } = this;
    return mark && step > mark.step ? (this.seconds - mark.seconds) / (step - mark.step) : undefined;
  }

  /** Seconds until the last step, validations included; undefined before the second in this process. */
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
