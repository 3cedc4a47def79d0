// How long a large model takes, to its first word and to its last, and what follows: how long to wait for the user to stop typing before
// a call, how long for the answer while a fair draft lies ready, and when not at all.

/** A call is overtaken if the next key comes before its answer; a slow API is overtaken more often, so it waits longer. */
const SHARE_OF_LATENCY = 0.35;
/** Who has waited for so many of his own gaps between keys has stopped. */
const GAPS = 2;
const SMOOTHING = 0.3;
/** Assumed before the first answer, ms. */
const FIRST_LATENCY = 800;
/** With a fair draft at hand: so many times what is usual, at least this long, and no longer than that, ms. */
const PATIENCE = { times: 2.5, leastMs: { first: 300, whole: 500 }, mostMs: 3_000 } as const;

export interface Times {
  /** From the call to the first words, and to the whole answer, ms. */
  readonly firstMs: number;
  readonly wholeMs: number;
}

/** Of one model. */
export class LlmLatency {
  private whole = FIRST_LATENCY;
  private first: number | undefined;
  /** Something is known of it. */
  measured = false;

  /** Of an answer that came. */
  observe({ firstMs, wholeMs }: Times): void {
    if (!isTime(wholeMs)) return;
    this.measured = true;
    this.whole = smoothed(this.whole, wholeMs);
    if (isTime(firstMs)) this.first = smoothed(this.first ?? firstMs, firstMs);
  }

  /** Of one that was given up after `ms`: it would have taken longer. Says nothing where that is no longer than usual. @param begun its first words had come */
  outlasted(ms: number, begun: boolean): void {
    if (ms > this.whole) this.observe({ firstMs: Number.NaN, wholeMs: ms });
    if (!begun && this.first !== undefined && ms > this.first) this.first = smoothed(this.first, ms);
  }

  /** Smoothed, of a whole answer, ms. */
  get expectedMs(): number {
    return this.whole;
  }

  /** Who has a fair draft would not wait as long as an answer usually takes. */
  get isTooSlow(): boolean {
    return this.whole > PATIENCE.mostMs;
  }

  /**
   * How long to wait with a fair draft at hand; for the first words as for all where nothing is known of them.
   * @param asked the user wants this model's answer: a slow one is waited for, too
   */
  patience(asked: boolean): Times {
    const { times, leastMs, mostMs } = PATIENCE;
    const limit = (usual: number, least: number) =>
      Math.min(asked ? Number.POSITIVE_INFINITY : mostMs, Math.max(least, times * usual));
    const wholeMs = limit(this.whole, leastMs.whole);
    return { wholeMs, firstMs: Math.min(wholeMs, limit(this.first ?? this.whole, leastMs.first)) };
  }

  /**
   * ms between the keystroke and the call.
   * @param gapMs between two keys of this user, as a rule
   */
  delay(limits: { minMs: number; maxMs: number }, gapMs: number): number {
    return Math.max(limits.minMs, Math.min(limits.maxMs, Math.max(SHARE_OF_LATENCY * this.whole, GAPS * gapMs)));
  }
}

const smoothed = (before: number, now: number) => before + SMOOTHING * (now - before);
const isTime = (ms: number) => Number.isFinite(ms) && ms >= 0;
