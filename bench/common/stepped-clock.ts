// A clock that stands still between its sleepers: who owns it says when the next of them wakes, and time is then what that one slept for.
import type { Clock } from '../../src/common/clock.ts';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

export abstract class SteppedClock implements Clock {
  protected time: number;
  private sleepers: Sleeper[] = [];

  /** @param start ms */
  constructor(start: number) {
    this.time = start;
  }

  now(): number {
    return this.time;
  }

  monotonic(): number {
    return this.time;
  }

  /** How many sleeps are waiting. */
  get pending(): number {
    return this.sleepers.length;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const sleeper: Sleeper = {
        at: this.time + ms,
        wake: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      const onAbort = () => {
        this.sleepers = this.sleepers.filter((other) => other !== sleeper);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.sleepers.push(sleeper);
    });
  }

  /** Moves time on to whoever is due first, and wakes it; false where nobody is by `end`. */
  protected wakeNext(end = Number.POSITIVE_INFINITY): boolean {
    const next = this.sleepers.filter((sleeper) => sleeper.at <= end).sort((a, b) => a.at - b.at)[0];
    if (next === undefined) return false;
    this.sleepers = this.sleepers.filter((other) => other !== next);
    this.time = Math.max(this.time, next.at);
    next.wake();
    return true;
  }
}

/** Lets every promise continuation that is due run. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
