// Pauses suggestions: for 5 minutes, 30 minutes, or until the editor restarts.
import type { Clock } from '../../common/clock.ts';
import type { Disposable } from '../../common/disposable.ts';

export type SnoozeLength = number | 'restart';

/** Interval at which the remaining minutes are updated, ms. */
const tickMs = 15_000;

export class Snooze implements Disposable {
  private readonly clock: Clock;
  private readonly onChange: () => void;
  private timer: NodeJS.Timeout | undefined;
  private ticking: NodeJS.Timeout | undefined;
  private end: number | undefined;

  /** @param onChange called when a pause starts, changes or ends, and when its remaining minutes change */
  constructor(clock: Clock, onChange: () => void) {
    this.clock = clock;
    this.onChange = onChange;
  }

  get active(): boolean {
    return this.end !== undefined && this.clock.now() < this.end;
  }

  /** End of the pause, wall clock, ms. Infinity: until the restart. Undefined: not paused. */
  get until(): number | undefined {
    return this.active ? this.end : undefined;
  }

  /** Remaining minutes, rounded up; undefined if not snoozed or snoozed until restart. */
  get minutesLeft(): number | undefined {
    const { until } = this;
    return until === undefined || until === Number.POSITIVE_INFINITY
      ? undefined
      : Math.ceil((until - this.clock.now()) / 60_000);
  }

  /** @param length minutes, or until restart */
  start(length: SnoozeLength): void {
    this.clearTimers();
    this.end = length === 'restart' ? Number.POSITIVE_INFINITY : this.clock.now() + length * 60_000;
    if (length !== 'restart') {
      this.timer = setTimeout(() => this.stop(), length * 60_000);
      this.timer.unref();
      this.ticking = setInterval(this.onChange, tickMs).unref();
    }
    this.onChange();
  }

  stop(): void {
    this.clearTimers();
    this.end = undefined;
    this.onChange();
  }

  dispose(): void {
    this.clearTimers();
  }

  private clearTimers(): void {
    clearTimeout(this.timer);
    clearInterval(this.ticking);
  }
}
