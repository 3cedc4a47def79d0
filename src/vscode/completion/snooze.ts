// A pause that the user asks for: 5 minutes, 30 minutes, or until the editor starts again.
import type { Clock } from '../../common/clock.ts';
import type { Disposable } from '../../common/disposable.ts';

export type SnoozeLength = number | 'restart';

/** The minutes that are left are looked at so often, ms. */
const tickMs = 15_000;

export class Snooze implements Disposable {
  private readonly clock: Clock;
  private readonly onChange: () => void;
  private timer: NodeJS.Timeout | undefined;
  private ticking: NodeJS.Timeout | undefined;
  private end: number | undefined;

  /** @param onChange called when a pause begins, changes or ends, by itself or by hand, and as its time goes by */
  constructor(clock: Clock, onChange: () => void) {
    this.clock = clock;
    this.onChange = onChange;
  }

  get active(): boolean {
    return this.end !== undefined && this.clock.now() < this.end;
  }

  /** Wall clock, ms; Infinity until restart; undefined while awake. */
  get until(): number | undefined {
    return this.active ? this.end : undefined;
  }

  /** Begun minutes that are left; undefined while awake and until restart. */
  get minutesLeft(): number | undefined {
    const { until } = this;
    return until === undefined || until === Number.POSITIVE_INFINITY
      ? undefined
      : Math.ceil((until - this.clock.now()) / 60_000);
  }

  /** @param length minutes, or until restart */
  start(length: SnoozeLength): void {
    this.rest();
    this.end = length === 'restart' ? Number.POSITIVE_INFINITY : this.clock.now() + length * 60_000;
    if (length !== 'restart') {
      this.timer = setTimeout(() => this.stop(), length * 60_000);
      this.timer.unref();
      this.ticking = setInterval(this.onChange, tickMs).unref();
    }
    this.onChange();
  }

  stop(): void {
    this.rest();
    this.end = undefined;
    this.onChange();
  }

  dispose(): void {
    this.rest();
  }

  private rest(): void {
    clearTimeout(this.timer);
    clearInterval(this.ticking);
  }
}
