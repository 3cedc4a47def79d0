// Latency of a large model to its first and last token, and the waits derived from it: the debounce before a call, and
// the patience for an answer while a fair local draft is available.

/** The next key overtakes a call. A slow API is overtaken more often, so its debounce is longer. */
const SHARE_OF_LATENCY = 0.35;
/** A pause of this many typical gaps between keys means that the user has stopped. */
const GAPS = 2;
const SMOOTHING = 0.3;
/** Initial estimate, ms. */
const FIRST_LATENCY = 800;
/** Patience with a fair draft: this multiple of the latency, within these limits, ms. */
const PATIENCE = { times: 2.5, leastMs: { first: 300, whole: 500 }, mostMs: 3_000 } as const;

export interface Times {
  /** From the call to the first token, ms. */
  readonly firstMs: number;
  readonly wholeMs: number;
}

/** For one model. */
export class LlmLatency {
  private whole = FIRST_LATENCY;
  private first: number | undefined;
  /** Whether an answer was observed. */
  measured = false;

  /** Records a finished answer. */
  observe({ firstMs, wholeMs }: Times): void {
    if (!isTime(wholeMs)) return;
    this.measured = true;
    this.whole = smoothed(this.whole, wholeMs);
    if (isTime(firstMs)) this.first = smoothed(this.first ?? firstMs, firstMs);
  }

  /**
   * Records a call that was aborted after `ms`. Ignored if that is shorter than usual.
   * @param begun whether its first token had arrived
   */
  observeAtLeast(ms: number, begun: boolean): void {
    if (ms > this.whole) this.observe({ firstMs: Number.NaN, wholeMs: ms });
    if (!begun && this.first !== undefined && ms > this.first) this.first = smoothed(this.first, ms);
  }

  /** Smoothed latency of a whole answer, ms. */
  get expectedMs(): number {
    return this.whole;
  }

  /** Whether the expected latency exceeds the patience with a fair draft. */
  get isTooSlow(): boolean {
    return this.whole > PATIENCE.mostMs;
  }

  /**
   * How long to wait while a fair draft is available.
   * @param asked the user asked for this model's answer: no upper limit
   */
  patience(asked: boolean): Times {
    const { times, leastMs, mostMs } = PATIENCE;
    const limit = (usual: number, least: number) =>
      Math.min(asked ? Number.POSITIVE_INFINITY : mostMs, Math.max(least, times * usual));
    const wholeMs = limit(this.whole, leastMs.whole);
    return { wholeMs, firstMs: Math.min(wholeMs, limit(this.first ?? this.whole, leastMs.first)) };
  }

  /**
   * Debounce between the keystroke and the call, ms.
   * @param gapMs typical gap between two keys of this user
   */
  delay(limits: { minMs: number; maxMs: number }, gapMs: number): number {
    return Math.max(limits.minMs, Math.min(limits.maxMs, Math.max(SHARE_OF_LATENCY * this.whole, GAPS * gapMs)));
  }
}

const smoothed = (before: number, now: number) => before + SMOOTHING * (now - before);
const isTime = (ms: number) => Number.isFinite(ms) && ms >= 0;
