// What is remembered of verdicts: rejections in a row, and the last judged local draft.
import type { Clock } from '../common/clock.ts';
import type { CompletionQuery, Verdict } from '../common/completion.ts';
import { MAX_DOUBT } from '../routing/limits.ts';
import { positionIn } from '../text/edits.ts';
import { lineNumber } from '../text/lines.ts';
import type { OnScreen } from './shown-suggestions.ts';

/**
 * So many rejections in a row raise no doubt. Each further one raises it by a step, up to MAX_DOUBT, until the quiet time
 * is over.
 */
const TOLERATED_REJECTIONS = 2;
const RAISE_PER_REJECTION = 0.1;
const QUIET_MS = 20_000;

/** The last local draft that was rejected or accepted. */
interface JudgedDraft {
  readonly query: CompletionQuery;
  readonly text: string;
  readonly at: number;
  readonly isRejected: boolean;
}

export class VerdictMemory {
  private readonly clock: Clock;
  private judged: JudgedDraft | undefined;
  private rejectionCount = 0;
  private lastAt: number | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  outcome(outcome: Verdict, shown: OnScreen): void {
    const isRejected = outcome === 'rejected';
    if ((!isRejected && outcome !== 'ignored') || this.isLongAgo()) this.rejectionCount = 0;
    if (isRejected) this.rejectionCount++;
    const at = this.clock.monotonic();
    this.lastAt = at;
    if (shown.suggestion.source === 'specialist' && (isRejected || outcome === 'accepted'))
      this.judged = { query: shown.request.query, text: shown.suggestion.text, at, isRejected };
  }

  /** The local draft that was rejected in the query's line, or accepted and deleted again, a moment ago. */
  rejectedAt(query: CompletionQuery): string | undefined {
    const judged = this.judgedIn(query);
    if (!judged?.isRejected) return this.deletedAt(query);
    return lineNumber(judged.query.prefix) === lineNumber(query.prefix) ? judged.text : undefined;
  }

  /** The part of a local draft that was accepted a moment ago and then deleted again, if the query stands there. */
  deletedAt(query: CompletionQuery): string | undefined {
    const judged = this.judgedIn(query);
    const start = judged && !judged.isRejected ? positionIn(judged.query, query) : undefined;
    if (judged === undefined || start === undefined) return undefined;
    const kept = query.prefix.slice(start);
    return judged.text.startsWith(kept) ? judged.text.slice(kept.length) || undefined : undefined;
  }

  /** After several rejections in a row, 0 to MAX_DOUBT: see limitsAt. */
  get doubt(): number {
    if (this.rejectionCount <= TOLERATED_REJECTIONS || this.isLongAgo()) return 0;
    return Math.min(MAX_DOUBT, RAISE_PER_REJECTION * (this.rejectionCount - TOLERATED_REJECTIONS));
  }

  private judgedIn({ path }: CompletionQuery): JudgedDraft | undefined {
    const { judged } = this;
    return judged?.query.path === path && this.clock.monotonic() - judged.at <= QUIET_MS ? judged : undefined;
  }

  private isLongAgo(): boolean {
    return this.lastAt === undefined || this.clock.monotonic() - this.lastAt > QUIET_MS;
  }
}
