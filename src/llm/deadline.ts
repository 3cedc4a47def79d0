// Aborts a request that takes too long in total, or is silent for too long.
import type { Clock } from '../common/clock.ts';
import { chooseModel } from './protocol/failures.ts';

/** Abort reason of a timeout. Its message follows '... took too long: ' and says what helps. */
export class TimeoutError extends Error {}

export class Deadline {
  /** Aborted with the reason of the caller's signal, or with a TimeoutError. */
  readonly signal: AbortSignal;
  private readonly controller = new AbortController();
  private readonly stopped = new AbortController();
  private readonly clock: Clock;
  private readonly startedAt: number;
  private readonly totalMs: number;
  private lastEventAt: number;

  /** @param stallMs longest silence, also before the first event */
  constructor(clock: Clock, caller: AbortSignal, totalMs: number, stallMs: number) {
    this.clock = clock;
    this.signal = AbortSignal.any([caller, this.controller.signal]);
    this.totalMs = totalMs;
    this.startedAt = clock.monotonic();
    this.lastEventAt = this.startedAt;
    const ignoreEnd = () => {};
    clock
      .sleep(totalMs, this.stopped.signal)
      .then(() => this.timeOut())
      .catch(ignoreEnd);
    this.watchSilence(stallMs).catch(ignoreEnd);
  }

  /** Restarts the silence timer after an event. */
  noteEvent(): void {
    this.lastEventAt = this.clock.monotonic();
  }

  /** Throws if the time is over. Needed in busy code that keeps timers from firing. */
  throwIfOver(): void {
    if (this.clock.monotonic() - this.startedAt > this.totalMs) this.timeOut();
    this.signal.throwIfAborted();
  }

  end(): void {
    this.stopped.abort();
  }

  private timeOut(): void {
    const detail = `no whole answer within ${seconds(this.totalMs)}`;
    this.controller.abort(new TimeoutError(`${detail}. To wait longer, raise easyAdaptation.apiTimeout above that`));
  }

  private async watchSilence(stallMs: number): Promise<void> {
    for (;;) {
      const msLeft = this.lastEventAt + stallMs - this.clock.monotonic();
      if (msLeft <= 0) break;
      await this.clock.sleep(msLeft, this.stopped.signal);
    }
    // With the whole time allowed, the setting is what ends the silence.
    if (stallMs >= this.totalMs) return this.timeOut();
    const detail = `nothing came for ${seconds(stallMs)}, which no setting changes`;
    this.controller.abort(new TimeoutError(`${detail}. Check the server, or choose another model with ${chooseModel}`));
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toLocaleString('en-US', { maximumFractionDigits: 1 })} s`;
}
