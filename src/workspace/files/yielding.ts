// Yields to the event loop during long work, and checks for cancellation.
import { setImmediate } from 'node:timers/promises';

/** Longest time without yielding, ms. */
const maxBlockedMs = 12;

/** Throws the signal's reason after an abort. Yields if the last yield was long enough ago. */
export type YieldIfDue = () => Promise<void>;

export function yielding(signal?: AbortSignal): YieldIfDue {
  let yieldedAt = performance.now();
  return async () => {
    signal?.throwIfAborted();
    if (performance.now() - yieldedAt < maxBlockedMs) return;
    await setImmediate();
    yieldedAt = performance.now();
    signal?.throwIfAborted();
  };
}
