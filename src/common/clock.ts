// Time as a dependency, so that tests decide what time it is.

export interface Clock {
  /** Wall clock, ms since 1970. */
  now(): number;
  /** Monotonic, ms, for durations. */
  monotonic(): number;
  /** Resolves after `ms` (any number; Infinity: never); rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Longer timers would fire at once. */
const longestTimer = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      let left = ms;
      const next = () => {
        const part = Math.min(left, longestTimer);
        left -= part;
        return setTimeout(() => {
          if (left > 0) {
            timer = next();
            return;
          }
          signal?.removeEventListener('abort', onAbort);
          resolve();
        }, part);
      };
      let timer = next();
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
};

/** Longest gap between two readings that counts, ms. */
const LONGEST_GAP = 30_000;

/**
 * Measures time while the machine is awake. Except on Linux, a monotonic clock runs on during sleep; so the caller
 * reads regularly, and long gaps between readings count only in part.
 */
export class AwakeTime {
  private readonly now: () => number;
  private last: number;
  private passed = 0;

  /** @param now monotonic, ms */
  constructor(now: () => number = () => performance.now()) {
    this.now = now;
    this.last = now();
  }

  /** Time awake since construction, ms. @param longest longest gap that counts, ms */
  read(longest = 0): number {
    const now = this.now();
    this.passed += Math.min(now - this.last, Math.max(LONGEST_GAP, longest));
    this.last = now;
    return this.passed;
  }
}
