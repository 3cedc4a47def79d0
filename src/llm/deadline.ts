// Aborts a request that takes too long in total, or is silent for too long.
import type { Clock } from '../common/clock.ts';

/** The reason of a timeout. The message completes 'took too long (...)'. */
export class TimeUp extends Error {}

export class Deadline {
  private readonly controller = new AbortController();
  private readonly done = new AbortController();
  private readonly clock: Clock;
  private readonly caller: AbortSignal;
  private readonly begun: number;
  private readonly totalMs: number;
  private heard: number;

  /** @param stallMs longest silence, also before the first event */
  constructor(clock: Clock, caller: AbortSignal, totalMs: number, stallMs: number) {
    this.clock = clock;
    this.caller = caller;
    this.totalMs = totalMs;
    this.begun = clock.monotonic();
    this.heard = this.begun;
    if (caller.aborted) this.controller.abort(caller.reason);
    else caller.addEventListener('abort', this.onAbort, { once: true });
    const ended = () => {};
    clock
      .sleep(totalMs, this.done.signal)
      .then(() => this.timeUp())
      .catch(ended);
    this.listen(stallMs).catch(ended);
  }

  /** Aborted with the reason of the caller's signal, or with a TimeUp. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Restarts the silence timer after an event. */
  touch(): void {
    this.heard = this.clock.monotonic();
  }

  /** Throws if the time is over. Needed in busy code that keeps timers from firing. */
  check(): void {
    if (this.clock.monotonic() - this.begun > this.totalMs) this.timeUp();
    this.signal.throwIfAborted();
  }

  stop(): void {
    this.caller.removeEventListener('abort', this.onAbort);
    this.done.abort();
  }

  private readonly onAbort = () => this.controller.abort(this.caller.reason);

  private timeUp(): void {
    this.controller.abort(new TimeUp(`no whole answer within ${seconds(this.totalMs)}`));
  }

  private async listen(stallMs: number): Promise<void> {
    for (;;) {
      const left = this.heard + stallMs - this.clock.monotonic();
      if (left <= 0) break;
      await this.clock.sleep(left, this.done.signal);
    }
    this.controller.abort(new TimeUp(`silent for ${seconds(stallMs)}`));
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toLocaleString('en-US', { maximumFractionDigits: 1 })} s`;
}
