// Finds out that a process or a thread is silent for too long while it has requests.
import type { Clock } from './clock.ts';

/** Interval of the checks, ms. */
const CHECK_INTERVAL_MS = 5_000;
/** A longer gap between two checks counts as this long: the machine slept, or our own thread was busy. */
const LONGEST_GAP_MS = 2 * CHECK_INTERVAL_MS;

export class SilenceWatch {
  private readonly clock: Clock;
  private readonly longestMs: () => number;
  private readonly onTooLong: () => void;
  private silentMs = 0;
  private watching: AbortController | undefined;

  /** @param longestMs limit for the present requests @param onTooLong called once for each silence that is longer */
  constructor(clock: Clock, longestMs: () => number, onTooLong: () => void) {
    this.clock = clock;
    this.longestMs = longestMs;
    this.onTooLong = onTooLong;
  }

  /** The process gave a sign, or is a new one. */
  resetSilence(): void {
    this.silentMs = 0;
  }

  /** There are requests: silence counts from now on, if it did not before. */
  begin(): void {
    if (this.watching) return;
    this.watching = new AbortController();
    this.resetSilence();
    this.watch(this.watching.signal).catch(() => {});
  }

  /** There are no requests any more. */
  stop(): void {
    this.watching?.abort();
    this.watching = undefined;
  }

  private async watch(signal: AbortSignal): Promise<void> {
    let last = this.clock.monotonic();
    let tooLong = 0;
    for (;;) {
      await this.clock.sleep(CHECK_INTERVAL_MS, signal);
      const now = this.clock.monotonic();
      this.silentMs += Math.min(now - last, LONGEST_GAP_MS);
      last = now;
      // If our own thread was busy, a sign may have arrived and not been read yet: check once more.
      tooLong = this.silentMs > this.longestMs() ? tooLong + 1 : 0;
      if (tooLong < 2) continue;
      this.resetSilence();
      tooLong = 0;
      this.onTooLong();
    }
  }
}
