// Latency and share of this session's answers, for the status bar.
import { quantile } from '../common/quality.ts';

export interface SessionFigures {
  /** Answers that a model computed (cache hits not counted). */
  readonly answers: number;
  /** Share answered locally, 0..1; undefined before the first answer. */
  readonly localShare: number | undefined;
  /** ms, over the latest answers of each source; undefined before the first. */
  readonly localP50Ms: number | undefined;
  readonly localP95Ms: number | undefined;
  readonly apiP50Ms: number | undefined;
  readonly apiP95Ms: number | undefined;
  readonly spentUsd: number;
  readonly savedUsd: number;
}

/** The quantiles follow what the user feels now, so they look at this many latest answers only. */
const WINDOW = 200;

export class SessionStatistics {
  private readonly latencies = { specialist: [] as number[], api: [] as number[] };
  private readonly counts = { specialist: 0, api: 0 };
  private spentUsd = 0;
  private savedUsd = 0;

  answered(answer: { source: 'specialist' | 'api'; latencyMs: number; savedUsd: number }): void {
    const window = this.latencies[answer.source];
    window.push(answer.latencyMs);
    if (window.length > WINDOW) window.shift();
    this.counts[answer.source]++;
    this.savedUsd += answer.savedUsd;
  }

  /** Money leaves with the call, whether or not its answer is shown. */
  paid(usd: number): void {
    this.spentUsd += usd;
  }

  figures(): SessionFigures {
    const answers = this.counts.specialist + this.counts.api;
    const at = (window: readonly number[], p: number) => (window.length === 0 ? undefined : quantile(window, p));
    return {
      answers,
      localShare: answers === 0 ? undefined : this.counts.specialist / answers,
      localP50Ms: at(this.latencies.specialist, 0.5),
      localP95Ms: at(this.latencies.specialist, 0.95),
      apiP50Ms: at(this.latencies.api, 0.5),
      apiP95Ms: at(this.latencies.api, 0.95),
      spentUsd: this.spentUsd,
      savedUsd: this.savedUsd,
    };
  }
}
