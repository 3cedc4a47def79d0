// How the user types: the usual gap between two keys, how often he stops, and at how many of the stops the API would be asked.
import type { CompletionQuery } from '../common/completion.ts';
import { quantile } from '../common/quality.ts';

/** A longer gap is a pause for thinking, and says nothing of how fast keys come, ms. */
const LONGEST_GAP_MS = 1500;
/** Assumed before there are so many gaps, ms: the median of many typists. */
const FIRST = { gaps: 5, gapMs: 180 };
const KEPT = 30;
/** Between two keys further apart nobody typed, ms. */
const AWAY_MS = 30_000;
/** What a key changes at most, UTF-16 units: an import's line or a pasted block is no key. */
const MOST_CHANGED = 40;
/** After so much typing its pace is known, ms. */
const KNOWN_MS = 120_000;

export class TypingPace {
  private last: { readonly path: string; readonly length: number; readonly at: number } | undefined;
  private readonly gaps: number[] = [];
  private typedMs = 0;
  private stops = 0;
  private judged = 0;
  private gains = 0;

  /**
   * A request after a key.
   * @param at monotonic, ms
   * @param stopMs a gap of so many was a stop
   */
  key({ path, prefix }: CompletionQuery, at: number, stopMs: number): void {
    const { last } = this;
    if (last?.path === path && last.length === prefix.length) return;
    this.last = { path, length: prefix.length, at };
    if (last?.path !== path) return;
    const gap = at - last.at;
    if (gap > AWAY_MS) return;
    this.typedMs += gap;
    if (gap >= stopMs) this.stops++;
    if (gap > LONGEST_GAP_MS || Math.abs(prefix.length - last.length) > MOST_CHANGED) return;
    this.gaps.push(gap);
    if (this.gaps.length > KEPT) this.gaps.shift();
  }

  /** The coupling has looked at a place: a call would be worth its price there, or not. */
  judge(isWorthCalling: boolean): void {
    this.judged++;
    if (isWorthCalling) this.gains++;
  }

  /** Between two keys, the median of the last ones, ms. */
  get gapMs(): number {
    return this.gaps.length < FIRST.gaps ? FIRST.gapMs : quantile(this.gaps, 0.5);
  }

  /** Moments in an hour of typing like that so far at which a call could be made; undefined while too little was typed. */
  get stopsAnHour(): number | undefined {
    return this.typedMs < KNOWN_MS ? undefined : (this.stops * 3_600_000) / this.typedMs;
  }

  /** Calls in it, where the API would be asked as often as it would have been so far. */
  get callsAnHour(): number | undefined {
    const { stopsAnHour } = this;
    return stopsAnHour === undefined || this.judged === 0 ? undefined : stopsAnHour * (this.gains / this.judged);
  }
}

/** So much of a text round a place tells it from others, UTF-16 units. */
const NEAR = 200;

/** Both are in one word, or right before it: nothing but letters and digits was typed or deleted between them. */
export function inOneWord(one: CompletionQuery, other: CompletionQuery): boolean {
  const [a, b] = [beforeWord(one), beforeWord(other)];
  return one.path === other.path && a.length === b.length && a.slice(-NEAR) === b.slice(-NEAR);
}

function beforeWord({ prefix }: CompletionQuery): string {
  const word = /[\p{L}\p{N}_$]*$/u.exec(prefix.slice(-NEAR))?.[0] ?? '';
  return prefix.slice(0, prefix.length - word.length);
}
