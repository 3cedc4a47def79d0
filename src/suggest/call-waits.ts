// The large model's latency, and the waits derived from it: the debounce before a call, and the patience for an answer
// while a local draft can be shown instead.

/** The next key overtakes a call. A slow API is overtaken more often, so its debounce is longer. */
const SHARE_OF_LATENCY = 0.35;
/** A pause of this many typical gaps between keys means that the user has stopped. */
const PAUSE_GAPS = 2;
/** Limits of the debounce, ms. */
const DEBOUNCE = { minMs: 150, maxMs: 600 } as const;
const SMOOTHING = 0.3;
/** Initial estimate, ms. */
const INITIAL_LATENCY_MS = 800;
/** Patience while a draft can be shown: this multiple of the latency, within these limits, ms. */
const PATIENCE = { factor: 2.5, minMs: { first: 300, whole: 500 }, maxMs: 3_000 } as const;

export interface Times {
  /** From the call to the first token, ms. */
  readonly firstMs: number;
  readonly wholeMs: number;
}

/** For one model. */
export class LlmLatency {
  private wholeMs = INITIAL_LATENCY_MS;
  private firstMs: number | undefined;
  /** Whether an answer was observed. */
  isMeasured = false;

  /** Records a finished answer. */
  observe({ firstMs, wholeMs }: Times): void {
    if (!isTime(wholeMs)) return;
    this.isMeasured = true;
    this.wholeMs = smoothed(this.wholeMs, wholeMs);
    if (isTime(firstMs)) this.firstMs = smoothed(this.firstMs ?? firstMs, firstMs);
  }

  /**
   * Records a call that was aborted after `ms`. Ignored if that is shorter than usual.
   * @param hasFirstToken whether its first token had arrived
   */
  observeAtLeast(ms: number, hasFirstToken: boolean): void {
    if (ms > this.wholeMs) this.observe({ firstMs: Number.NaN, wholeMs: ms });
    if (!hasFirstToken && this.firstMs !== undefined && ms > this.firstMs) this.firstMs = smoothed(this.firstMs, ms);
  }

  /** Smoothed latency of a whole answer, ms. */
  get expectedMs(): number {
    return this.wholeMs;
  }

  /** Whether the expected latency exceeds the patience. */
  get isTooSlow(): boolean {
    return this.wholeMs > PATIENCE.maxMs;
  }

  /**
   * How long to wait while a local draft can be shown instead.
   * @param isWanted whether the user wants this model's answer: the wait has no upper limit then
   */
  patience(isWanted: boolean): Times {
    const { factor, minMs, maxMs } = PATIENCE;
    const limit = (usual: number, shortest: number) =>
      Math.min(isWanted ? Number.POSITIVE_INFINITY : maxMs, Math.max(shortest, factor * usual));
    const wholeMs = limit(this.wholeMs, minMs.whole);
    return { wholeMs, firstMs: Math.min(wholeMs, limit(this.firstMs ?? this.wholeMs, minMs.first)) };
  }

  /**
   * Debounce between the keystroke and the call, ms.
   * @param gapMs typical gap between two keys of this user
   */
  delay(gapMs: number): number {
    const { minMs, maxMs } = DEBOUNCE;
    return Math.max(minMs, Math.min(maxMs, Math.max(SHARE_OF_LATENCY * this.wholeMs, PAUSE_GAPS * gapMs)));
  }
}

const smoothed = (before: number, now: number) => before + SMOOTHING * (now - before);
const isTime = (ms: number) => Number.isFinite(ms) && ms >= 0;
