// Yields to the event loop during long work, and checks for cancellation.

/** Longest time without yielding, ms. */
const maxBlockedMs = 12;

export class Yielder {
  private yieldedAt = performance.now();
  private readonly signal: AbortSignal | undefined;

  constructor(signal: AbortSignal | undefined) {
    this.signal = signal;
  }

  /** Throws the signal's reason after an abort. Yields if the last yield was long enough ago. */
  async yieldIfDue(): Promise<void> {
    this.signal?.throwIfAborted();
    if (performance.now() - this.yieldedAt < maxBlockedMs) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.yieldedAt = performance.now();
    this.signal?.throwIfAborted();
  }
}
