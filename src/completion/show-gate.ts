// Quiet when unsure: the bars for this request, raised for a while after several rejections in a row; and what else verdicts teach: how sure the
// estimates are to be, and that the local model has had its turn in this line.
import type { Clock } from '../common/clock.ts';
import type { CompletionQuery, Verdict } from '../common/completion.ts';
import type { Log } from '../common/log.ts';
import { OnlineLevels } from '../routing/online.ts';
import { annoyanceAt } from '../routing/show.ts';
import type { PlaceFacts, PolicySettings } from '../routing/types.ts';
import { lineNumber } from '../text/lines.ts';
import type { OnScreen } from './screen.ts';
import type { CompletionSettings } from './types.ts';

/** From this many rejections in a row on, each raises the bar by a step, up to a limit, until the quiet time is over. */
const PATIENCE = 3;
const STEP = 0.1;
const MOST = 0.3;
const QUIET_MS = 20_000;
/** What hides the editor's list has to be surer by so much; what a wrong one costs counts the list already (routing/show.ts). */
const LIST = { raise: 0.1, times: 1 };
/** Whoever writes a sentence has more to think of than whoever writes a line: what comes uncalled has to be surer. */
const PROSE = { raise: 0.1, times: 1.5 };

/** What else moves the bars. */
export interface GatedPlace {
  /** A local draft was rejected in this line. */
  readonly rejectedHere?: boolean;
  /** The editor's list would open here. */
  readonly besideList?: boolean;
  /** Sentences are written here. */
  readonly prose?: boolean;
}

/** A local draft that was not wanted, and where. */
interface Rejected {
  readonly path: string;
  readonly line: number;
  readonly text: string;
  readonly at: number;
}

export class ShowGate {
  private readonly clock: Clock;
  private readonly log: Pick<Log, 'debug'>;
  private readonly levels = new OnlineLevels();
  private rejected: Rejected | undefined;
  private rejections = 0;
  private last: { at: number; outcome: NonNullable<PlaceFacts['lastOutcome']> } | undefined;

  constructor(clock: Clock, log: Pick<Log, 'debug'>) {
    this.clock = clock;
    this.log = log;
  }

  /** @param learning the estimates may move: not where the local model answers alone, and there is nothing to choose between */
  outcome(outcome: Verdict, shown?: OnScreen, learning = false): void {
    const verdict = outcome === 'rejected' || outcome === 'ignored' ? outcome : 'accepted';
    if (verdict === 'accepted' || this.isLongAgo()) this.rejections = 0;
    if (verdict === 'rejected') this.rejections++;
    this.last = { at: this.clock.monotonic(), outcome: verdict };
    if (shown) this.learn(outcome, shown, learning);
  }

  /** The local draft that was rejected in the query's line a moment ago. */
  rejectedAt({ path, prefix }: CompletionQuery): string | undefined {
    const { rejected } = this;
    if (rejected?.path !== path || this.clock.monotonic() - rejected.at > QUIET_MS) return undefined;
    return rejected.line === lineNumber(prefix) ? rejected.text : undefined;
  }

  /** Another fit: what was learned was about the one before. */
  forget(): void {
    this.levels.forget();
  }

  /** For the coupling's features. */
  lastFacts(): Pick<PlaceFacts, 'sinceLastMs' | 'lastOutcome'> {
    if (this.last === undefined) return {};
    return { sinceLastMs: this.clock.monotonic() - this.last.at, lastOutcome: this.last.outcome };
  }

  /**
   * A rejection is the second signal beside a low estimate (MCCom, arXiv 2603.05974): in its line the API is asked wherever it is likelier right.
   * @param manual the user asked: no bar, where a wrong one costs nothing, and a call at least whenever the API is likelier right
   */
  policy(settings: CompletionSettings, apiAvailable: boolean, manual: boolean, place: GatedPlace = {}): PolicySettings {
    const { risk } = settings;
    const whenLikelier = settings.balance > 0 ? Math.max(0.5, settings.balance) : 0;
    const common = { apiAvailable, shift: this.levels.shift, ...(risk && { risk }) };
    if (manual) return { ...common, balance: whenLikelier, showBar: 0, fallbackBar: 0, annoyance: 0 };
    const raise = this.raise();
    const quieter = place.besideList ? LIST : place.prose ? PROSE : undefined;
    const barRaise = raise + (quieter?.raise ?? 0);
    // A price higher by `raise`, but 1 stays 'always' and what was above 0 does not become 'never'.
    const raised = settings.balance >= 1 || settings.balance <= 0 ? settings.balance : settings.balance * (1 - raise);
    return {
      ...common,
      annoyance: annoyanceAt(apiAvailable ? settings.showBar : settings.fallbackBar) * (quieter?.times ?? 1),
      balance: place.rejectedHere ? whenLikelier : raised,
      showBar: Math.min(0.95, settings.showBar + barRaise),
      fallbackBar: Math.min(0.95, settings.fallbackBar + barRaise),
    };
  }

  private learn(outcome: Verdict, shown: OnScreen, learning: boolean): void {
    const { answer, request, confidence } = shown;
    const { source, text } = answer;
    const { path, prefix } = request.query;
    if (outcome === 'rejected' && source === 'specialist')
      this.rejected = { path, line: lineNumber(prefix), text, at: this.clock.monotonic() };
    if (!learning || !this.levels.outcome(source, confidence, outcome)) return;
    const { specialist, api } = this.levels.shift;
    this.log.debug(
      `Learned from a verdict: ${source} ${outcome} at ${confidence.toFixed(2)}; levels now ${specialist.toFixed(3)} and ${api.toFixed(3)} (specialist, API; log-odds).`,
    );
  }

  private isLongAgo(): boolean {
    return this.last === undefined || this.clock.monotonic() - this.last.at > QUIET_MS;
  }

  private raise(): number {
    if (this.rejections < PATIENCE || this.isLongAgo()) return 0;
    return Math.min(MOST, STEP * (this.rejections - PATIENCE + 1));
  }
}
