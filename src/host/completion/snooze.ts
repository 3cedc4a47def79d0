// A pause that the user asks for: 5 minutes, 30 minutes, or until the editor starts again.
import type { Clock } from '../../common/clock.ts';
import type { Disposable } from '../../common/disposable.ts';

export type SnoozeLength = number | 'restart';

export class Snooze implements Disposable {
  private readonly clock: Clock;
  private readonly onChange: () => void;
  private timer: NodeJS.Timeout | undefined;
  private end: number | undefined;

  /** @param onChange called when a pause begins, changes or ends, by itself or by hand */
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

  /** @param length minutes, or until restart */
  start(length: SnoozeLength): void {
    clearTimeout(this.timer);
    this.end = length === 'restart' ? Number.POSITIVE_INFINITY : this.clock.now() + length * 60_000;
    if (length !== 'restart') {
      this.timer = setTimeout(() => this.stop(), length * 60_000);
      this.timer.unref();
    }
    this.onChange();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.end = undefined;
    this.onChange();
  }

  dispose(): void {
    clearTimeout(this.timer);
  }
}
