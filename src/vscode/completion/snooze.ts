// Pauses suggestions: for 5 minutes, 30 minutes, or until the editor restarts.
import type { Clock } from '../../common/clock.ts';
import type { Disposable } from '../../common/disposable.ts';

export class Snooze implements Disposable {
  private readonly clock: Clock;
  private readonly onChange: () => void;
  private timer: NodeJS.Timeout | undefined;
  private end = Number.NEGATIVE_INFINITY;

  /** @param onChange called when a pause starts, changes or ends */
  constructor(clock: Clock, onChange: () => void) {
    this.clock = clock;
    this.onChange = onChange;
  }

  get active(): boolean {
    return this.clock.now() < this.end;
  }

  /** End of the pause, wall clock, ms. Infinity: until the restart. */
  get until(): number {
    return this.end;
  }

  /** @param minutes infinity: until the editor restarts */
  start(minutes: number): void {
    clearTimeout(this.timer);
    const ms = minutes * 60_000;
    this.end = this.clock.now() + ms;
    if (Number.isFinite(ms)) this.timer = setTimeout(() => this.stop(), ms).unref();
    this.onChange();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.end = Number.NEGATIVE_INFINITY;
    this.onChange();
  }

  dispose(): void {
    clearTimeout(this.timer);
  }
}
