// The user's pace: the gaps between keys, and how long an acceptance takes.
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
