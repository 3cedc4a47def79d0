// How long the engine's process may give no sign while it is asked something, and who counts that.
import type { Clock } from '../../common/clock.ts';
import type { RequestKind } from './protocol.ts';

const minute = 60_000;

/**
 * Silence of the whole process, ms, not the time that a request takes: an answer, a step, a place or a text that is done ends it, and a
 * process that trains gives a sign after each micro-batch. Ten times as long as the slowest machine that was measured, and more.
 */
export const LONGEST_SILENCE: Readonly<Record<RequestKind, number>> = {
  status: 5 * minute,
  change: 5 * minute,
  close: 5 * minute,
  draft: 5 * minute,
  warm: 5 * minute,
  lossAt: 5 * minute,
  states: 10 * minute,
  fit: 10 * minute,
  open: 15 * minute,
  time: 15 * minute,
  adapt: 30 * minute,
};

/** Between two looks, ms. */
const LOOK_MS = 5_000;
/** A gap between two looks counts for no more: the machine slept, or our own thread was held. */
const LONGEST_GAP_MS = 2 * LOOK_MS;

export class SilenceWatch {
  private readonly clock: Clock;
  private readonly longestMs: () => number;
  private readonly onTooLong: () => void;
  private silentMs = 0;
  private watching: AbortController | undefined;

  /** @param longestMs of what is asked now @param onTooLong called once for each silence that is longer */
  constructor(clock: Clock, longestMs: () => number, onTooLong: () => void) {
    this.clock = clock;
    this.longestMs = longestMs;
    this.onTooLong = onTooLong;
  }

  /** The process gave a sign, or is another one. */
  heard(): void {
    this.silentMs = 0;
  }

  /** Something is asked: silence counts from now on, if it did not before. */
  begin(): void {
    if (this.watching) return;
    this.watching = new AbortController();
    this.heard();
    this.look(this.watching.signal).catch(() => {});
  }

  /** Nothing is asked any more. */
  stop(): void {
    this.watching?.abort();
    this.watching = undefined;
  }

  private async look(signal: AbortSignal): Promise<void> {
    let last = this.clock.monotonic();
    let tooLong = 0;
    for (;;) {
      await this.clock.sleep(LOOK_MS, signal);
      const now = this.clock.monotonic();
      this.silentMs += Math.min(now - last, LONGEST_GAP_MS);
      last = now;
      // A sign may be there and not read yet, where our own thread was held: one more look.
      tooLong = this.silentMs > this.longestMs() ? tooLong + 1 : 0;
      if (tooLong < 2) continue;
      this.heard();
      tooLong = 0;
      this.onTooLong();
    }
  }
}
