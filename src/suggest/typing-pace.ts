// The user's typing and the large model's latency, and the waits derived from them: the debounce before a call, and the
// patience for an answer while a local draft can be shown instead.
import type { CompletionQuery } from '../common/completion.ts';
import { quantile } from '../common/quality.ts';

/** A longer gap is a pause for thinking and does not count, ms. */
const LONGEST_GAP_MS = 1500;
/** Initial estimate until there are this many gaps, ms: the median of many typists. */
const INITIAL = { gaps: 5, gapMs: 180 };
const MAX_GAPS = 30;
/** A longer gap is an absence, ms. */
const AWAY_MS = 30_000;
/** Largest change by a key, UTF-16 units: larger ones are pastes or automatic imports. */
const MAX_CHANGE = 40;
const MAX_ACCEPTANCES = 30;
/** The share of acceptances that came within `acceptanceMs`. */
const ACCEPTED_SHARE = 0.9;
/** `acceptanceMs` until there are this many acceptances, ms. */
const INITIAL_ACCEPTANCE = { count: 5, ms: 1000 };

export class TypingPace {
  private last: { readonly path: string; readonly length: number; readonly at: number } | undefined;
  private readonly gaps: number[] = [];
  private readonly acceptances: number[] = [];

  /**
   * Records a request after a key.
   * @param at monotonic, ms
   */
  recordKeystroke({ path, prefix }: CompletionQuery, at: number): void {
    const { last } = this;
    if (last?.path === path && last.length === prefix.length) return;
    this.last = { path, length: prefix.length, at };
    if (last?.path !== path) return;
    const gap = at - last.at;
    if (gap > LONGEST_GAP_MS || Math.abs(prefix.length - last.length) > MAX_CHANGE) return;
    this.gaps.push(gap);
    if (this.gaps.length > MAX_GAPS) this.gaps.shift();
  }

  /** @param ms from the show of a suggestion to its acceptance */
  recordAcceptance(ms: number): void {
    if (ms > AWAY_MS) return;
    this.acceptances.push(ms);
    if (this.acceptances.length > MAX_ACCEPTANCES) this.acceptances.shift();
  }

  /** Time after which a suggestion that is not yet accepted probably never is, ms. */
  get acceptanceMs(): number {
    return this.acceptances.length < INITIAL_ACCEPTANCE.count
      ? INITIAL_ACCEPTANCE.ms
      : quantile(this.acceptances, ACCEPTED_SHARE);
  }

  /** Median of the last gaps between two keys, ms. */
  get gapMs(): number {
    return this.gaps.length < INITIAL.gaps ? INITIAL.gapMs : quantile(this.gaps, 0.5);
  }
}

/** Length of text that identifies a position, UTF-16 units. */
const NEAR = 200;

/** Whether only letters and digits of one word were typed or deleted between two positions. */
export function inOneWord(one: CompletionQuery, other: CompletionQuery): boolean {
  const [a, b] = [beforeWord(one), beforeWord(other)];
  return one.path === other.path && a.length === b.length && a.slice(-NEAR) === b.slice(-NEAR);
}

function beforeWord({ prefix }: CompletionQuery): string {
  const word = /(?<![\p{L}\p{N}_$])[\p{L}\p{N}_$]*$/u.exec(prefix.slice(-NEAR))?.[0] ?? '';
  return prefix.slice(0, prefix.length - word.length);
}

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
