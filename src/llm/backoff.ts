// Exponential backoff with jitter after API failures. The pause is never shorter than the server's retry-after.
import { type Clock, systemClock } from '../common/clock.ts';
import type { Failure } from '../common/errors.ts';
import { failureKinds } from './protocol/failures.ts';

const maxPauseMs = 5 * 60_000;

/**
 * The pause after the n-th failure in a row (n from 1), ms. Undefined if the failure needs no pause.
 * The full pause is multiplied by 0.5 to 1, so that many clients do not retry at once.
 * @param random 0..1
 */
export function pauseAfter(failure: Failure, n: number, random: number): number | undefined {
  const firstPause = failureKinds[failure.code]?.pauseMs;
  if (firstPause === undefined) return undefined;
  if (firstPause === Number.POSITIVE_INFINITY) return firstPause;
  const jittered = Math.min(maxPauseMs, firstPause * 2 ** Math.min(n - 1, 20)) * (0.5 + random / 2);
  return Math.max(jittered, failure.retryAfterMs ?? 0);
}

export interface BackoffOptions {
  readonly clock?: Clock;
  /** 0..1 */
  readonly random?: () => number;
}

/** A circuit breaker for one API. It is open from a failure until the pause ends. A refused key keeps it open. */
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

  /** Whether requests may be sent now. */
  get ready(): boolean {
    return this.clock.now() >= this.until;
  }

  /** When requests may be sent again, ms since 1970. Undefined: now. Infinity: after a change of key or settings. */
  get retryAtMs(): number | undefined {
    return this.ready ? undefined : this.until;
  }

  /** The failure that opened it, or undefined if it is closed. */
  get reason(): Failure | undefined {
    return this.ready ? undefined : this.last;
  }

  /** Records a failure and returns `retryAtMs`. Later failures of in-flight calls do not shorten the pause. */
  failed(failure: Failure): number | undefined {
    const pause = pauseAfter(failure, this.failures + 1, this.random());
    if (pause === undefined) return this.retryAtMs;
    // Several in-flight calls that fail together count as one failure.
    if (this.ready) this.failures++;
    const until = this.clock.now() + pause;
    if (until >= this.until) {
      this.until = until;
      this.last = failure;
    }
    return this.retryAtMs;
  }

  /** Records an answer. After a refused key, an answer to an earlier call does not close the breaker. */
  succeeded(): void {
    if (this.until !== Number.POSITIVE_INFINITY) this.reset();
  }

  /** Closes the breaker after a change of the key, the model or the address. */
  reset(): void {
    this.failures = 0;
    this.until = 0;
    this.last = undefined;
  }
}
