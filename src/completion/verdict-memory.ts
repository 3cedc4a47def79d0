// What is remembered of verdicts: rejections in a row, the last judged local draft, and the learned levels of the
// router's estimates.
import type { Clock } from '../common/clock.ts';
import type { CompletionQuery, Verdict } from '../common/completion.ts';
import type { Log } from '../common/log.ts';
import { MAX_DOUBT } from '../routing/limits.ts';
import { OnlineLevels } from '../routing/online.ts';
import type { PositionFacts, Shift } from '../routing/types.ts';
import { positionIn } from '../text/edits.ts';
import { lineNumber } from '../text/lines.ts';
import type { ShownSuggestion } from './shown-suggestions.ts';

/** From this many rejections in a row, each is a step up to a limit, until the quiet time is over. */
const TOLERATED_REJECTIONS = 3;
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
  private readonly log: Pick<Log, 'debug'>;
  private readonly levels = new OnlineLevels();
  private judged: JudgedDraft | undefined;
  private rejectionCount = 0;
  private lastOutcome: { at: number; outcome: NonNullable<PositionFacts['lastOutcome']> } | undefined;

  constructor(clock: Clock, log: Pick<Log, 'debug'>) {
    this.clock = clock;
    this.log = log;
  }

  /** @param mayLearn whether estimates may change; false if only the local model answers */
  outcome(outcome: Verdict, shown?: ShownSuggestion, mayLearn = false): void {
    const verdict = outcome === 'rejected' || outcome === 'ignored' ? outcome : 'accepted';
    if (verdict === 'accepted' || this.isLongAgo()) this.rejectionCount = 0;
    if (verdict === 'rejected') this.rejectionCount++;
    this.lastOutcome = { at: this.clock.monotonic(), outcome: verdict };
    if (shown) this.learn(outcome, shown, mayLearn);
  }

  /** The local draft that was rejected in the query's line, or accepted and deleted again, a moment ago. */
  rejectedAt(query: CompletionQuery): string | undefined {
    const judged = this.judgedIn(query);
    if (!judged?.isRejected) return this.deletedAt(query);
    return lineNumber(judged.query.prefix) === lineNumber(query.prefix) ? judged.text : undefined;
  }

  /** What was deleted at the query's position of a local draft that was accepted a moment ago. */
  deletedAt(query: CompletionQuery): string | undefined {
    const judged = this.judgedIn(query);
    const start = judged && !judged.isRejected ? positionIn(judged.query, query) : undefined;
    if (judged === undefined || start === undefined) return undefined;
    const kept = query.prefix.slice(start);
    return judged.text.startsWith(kept) ? judged.text.slice(kept.length) || undefined : undefined;
  }

  /** Resets the online adjustments after a change of the router model. */
  forget(): void {
    this.levels.forget();
  }

  /** For the router's features. */
  lastFacts(): Pick<PositionFacts, 'sinceLastMs' | 'lastOutcome'> {
    if (this.lastOutcome === undefined) return {};
    return { sinceLastMs: this.clock.monotonic() - this.lastOutcome.at, lastOutcome: this.lastOutcome.outcome };
  }

  /** Added to the router's estimates. */
  get shift(): Shift {
    return this.levels.shift;
  }

  /** After several rejections in a row, 0 to MAX_DOUBT: see limitsAt. */
  get doubt(): number {
    if (this.rejectionCount < TOLERATED_REJECTIONS || this.isLongAgo()) return 0;
    return Math.min(MAX_DOUBT, RAISE_PER_REJECTION * (this.rejectionCount - TOLERATED_REJECTIONS + 1));
  }

  private judgedIn({ path }: CompletionQuery): JudgedDraft | undefined {
    const { judged } = this;
    return judged?.query.path === path && this.clock.monotonic() - judged.at <= QUIET_MS ? judged : undefined;
  }

  private learn(outcome: Verdict, shown: ShownSuggestion, mayLearn: boolean): void {
    const { answer, text, request, confidence } = shown;
    const { source } = answer;
    const isRejected = outcome === 'rejected';
    if (source === 'specialist' && (isRejected || outcome === 'accepted'))
      this.judged = { query: request.query, text, at: this.clock.monotonic(), isRejected };
    if (!mayLearn || !this.levels.outcome(source, confidence, outcome)) return;
    const { specialist, api } = this.levels.shift;
    this.log.debug(
      `Learned from a verdict: ${source} ${outcome} at ${confidence.toFixed(2)}; levels now ${specialist.toFixed(3)} and ${api.toFixed(3)} (specialist, API; log-odds).`,
    );
  }

  private isLongAgo(): boolean {
    return this.lastOutcome === undefined || this.clock.monotonic() - this.lastOutcome.at > QUIET_MS;
  }
}
