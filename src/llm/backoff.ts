// When to ask the API again after it failed: an exponential pause with jitter, at least what the server asked for.
import { type Clock, systemClock } from '../common/clock.ts';
import type { Failure } from '../common/errors.ts';
import { failureKinds } from './protocol/failure-kinds.ts';

const longestPause = 5 * 60_000;

/**
 * The pause after the n-th failure in a row (n from 1), ms; undefined where none is called for.
 * Full pause times 0.5 to 1, so that many clients do not come back at once, never under the server's retry-after.
 * @param random 0..1
 */
export function pauseAfter(failure: Failure, n: number, random: number): number | undefined {
  const first = failureKinds[failure.code]?.pauseMs;
  if (first === undefined) return undefined;
  if (first === Number.POSITIVE_INFINITY) return first;
  const jittered = Math.min(longestPause, first * 2 ** Math.min(n - 1, 20)) * (0.5 + random / 2);
  return Math.max(jittered, failure.retryAfterMs ?? 0);
}

export interface BackoffOptions {
  readonly clock?: Clock;
  /** 0..1 */
  readonly random?: () => number;
}

/** A circuit breaker for one API: open from a failure until its pause is over; a refused key keeps it open. */
export class Backoff {
  private readonly clock: Clock;
  private readonly random: () => number;
  private failures = 0;
  private last: Failure | undefined;
  private until = 0;

  constructor({ clock = systemClock, random = Math.random }: BackoffOptions = {}) {
    this.clock = clock;
    this.random = random;
  }

  /** Requests may go out now. */
  get ready(): boolean {
    return this.clock.now() >= this.until;
  }

  /** When requests may go out again, ms since 1970; undefined: now; Infinity: not before the key or the settings change. */
  get retryAtMs(): number | undefined {
    return this.ready ? undefined : this.until;
  }

  /** Why it is open; undefined when it is not. */
  get reason(): Failure | undefined {
    return this.ready ? undefined : this.last;
  }

  /** Takes a failure; when to try again (see `retryAtMs`). Requests in flight that fail later do not shorten the pause. */
  failed(failure: Failure): number | undefined {
    const pause = pauseAfter(failure, this.failures + 1, this.random());
    if (pause === undefined) return this.retryAtMs;
    // Several requests that were out when the API went down are one failure of it, not many.
    if (this.ready) this.failures++;
    const until = this.clock.now() + pause;
    if (until >= this.until) {
      this.until = until;
      this.last = failure;
    }
    return this.retryAtMs;
  }

  /** An answer came. One that was asked for before the key was refused changes nothing about that. */
  succeeded(): void {
    if (this.until !== Number.POSITIVE_INFINITY) this.reset();
  }

  /** The key, the model or the address changed: everything is open again. */
  reset(): void {
    this.failures = 0;
    this.until = 0;
    this.last = undefined;
  }
}
