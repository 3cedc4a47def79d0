// Quiet when unsure: the bars for this request, raised for a while after several rejections in a row.
import type { Clock } from '../common/clock.ts';
import type { Outcome } from '../common/completion.ts';
import type { PlaceFacts, PolicySettings } from '../coupling/types.ts';
import type { CompletionSettings } from './types.ts';

/** From this many rejections in a row on, each raises the bar by a step, up to a limit, until the quiet time is over. */
const PATIENCE = 3;
const STEP = 0.1;
const MOST = 0.3;
const QUIET_MS = 20_000;

export class ShowGate {
  private readonly clock: Clock;
  private rejections = 0;
  private last: { at: number; outcome: NonNullable<PlaceFacts['lastOutcome']> } | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  outcome(outcome: Outcome): void {
    if (outcome === 'pending') return;
    const verdict = outcome === 'partly-accepted' ? 'accepted' : outcome;
    if (verdict === 'accepted' || this.isLongAgo()) this.rejections = 0;
    if (verdict === 'rejected') this.rejections++;
    this.last = { at: this.clock.monotonic(), outcome: verdict };
  }

  /** For the coupling's features. */
  lastFacts(): Pick<PlaceFacts, 'sinceLastMs' | 'lastOutcome'> {
    if (this.last === undefined) return {};
    return { sinceLastMs: this.clock.monotonic() - this.last.at, lastOutcome: this.last.outcome };
  }

  /** @param manual the user asked: half the fallback bar, where a wrong one costs nothing, and a call at least whenever the API is likelier right */
  policy(settings: CompletionSettings, apiAvailable: boolean, manual: boolean): PolicySettings {
    if (manual) {
      const bar = settings.fallbackBar / 2;
      const balance = settings.balance > 0 ? Math.max(0.5, settings.balance) : 0;
      return { balance, apiAvailable, showBar: bar, fallbackBar: bar, annoyance: 0 };
    }
    const raise = this.raise();
    return {
      // A price higher by `raise`, but 1 stays 'always' and what was above 0 does not become 'never'.
      balance: settings.balance >= 1 || settings.balance <= 0 ? settings.balance : settings.balance * (1 - raise),
      apiAvailable,
      showBar: Math.min(0.95, settings.showBar + raise),
      fallbackBar: Math.min(0.95, settings.fallbackBar + raise),
    };
  }

  private isLongAgo(): boolean {
    return this.last === undefined || this.clock.monotonic() - this.last.at > QUIET_MS;
  }

  private raise(): number {
    if (this.rejections < PATIENCE || this.isLongAgo()) return 0;
    return Math.min(MOST, STEP * (this.rejections - PATIENCE + 1));
  }
}
