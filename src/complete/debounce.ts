// How long to wait for the user to stop typing before an API call: longer the slower the API is.

/** A call is overtaken if the next key comes before its answer; a slow API is overtaken more often, so it waits longer. */
const SHARE_OF_LATENCY = 0.35;
const SMOOTHING = 0.3;
/** Assumed before the first answer, ms. */
const FIRST_LATENCY = 800;

export class AdaptiveDebounce {
  private latency = FIRST_LATENCY;
  /** An answer has come. */
  measured = false;

  /** A measured whole answer, ms. */
  observe(latencyMs: number): void {
    if (!Number.isFinite(latencyMs) || latencyMs < 0) return;
    this.measured = true;
    this.latency += SMOOTHING * (latencyMs - this.latency);
  }

  /** Smoothed latency of a whole answer, ms. */
  get expectedLatencyMs(): number {
    return this.latency;
  }

  /** ms between the keystroke and the call. */
  delay(limits: { minMs: number; maxMs: number }): number {
    return Math.max(limits.minMs, Math.min(limits.maxMs, SHARE_OF_LATENCY * this.latency));
  }
}
