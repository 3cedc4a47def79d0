// Gives the event loop its turn during long work, and notices a cancellation there.

/** Longest stretch without a turn, ms. */
const stretchMs = 12;

export class Yielder {
  private turnAt = performance.now();
  private readonly signal: AbortSignal | undefined;

  constructor(signal: AbortSignal | undefined) {
    this.signal = signal;
  }

  /** Throws the signal's reason once it is aborted; waits for a turn of the loop where the last is long ago. */
  async yieldIfDue(): Promise<void> {
    this.signal?.throwIfAborted();
    if (performance.now() - this.turnAt < stretchMs) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.turnAt = performance.now();
    this.signal?.throwIfAborted();
  }
}
