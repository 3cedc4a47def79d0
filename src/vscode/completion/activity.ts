// This session's completions: the latest rows for the panel, totals, and the last answer for the status bar. Pure.
import type { Outcome } from '../../common/completion.ts';
import { quantile } from '../../common/quality.ts';
import type { PanelRow, PanelTotals } from '../webview/protocol.ts';

const rowLimit = 200;
/** Latencies kept for the quantiles: only recent ones describe the current speed. */
const latencyLimit = 2000;

const zeroCounts = {
  ...{ completions: 0, local: 0, api: 0, accepted: 0, typed: 0 },
  ...{ edits: 0, applied: 0, characters: 0, spentUsd: 0, savedUsd: 0 },
};

/** @param row that is new or has changed; absent: all rows are gone */
type ActivityListener = (row?: PanelRow) => void;

export class Activity {
  private readonly byId = new Map<string, PanelRow>();
  private readonly documents = new Map<string, string>();
  private readonly latencies: { readonly local: number[]; readonly api: number[] } = { local: [], api: [] };
  private counts = { ...zeroCounts };
  /** Row id → number of characters that were accepted with the keyboard. */
  private readonly acceptedLengths = new Map<string, number>();
  private readonly listeners = new Set<ActivityListener>();
  private lastAnswer: PanelRow | undefined;
  private newestId = '';

  listen(listener: ActivityListener): { dispose(): void } {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  /** All rows, newest first. */
  get rows(): PanelRow[] {
    return [...this.byId.values()].reverse();
  }

  /** The row added last. */
  get newest(): PanelRow | undefined {
    return this.byId.get(this.newestId);
  }

  /** The last answered row. */
  get last(): PanelRow | undefined {
    return this.lastAnswer;
  }

  get(id: string): PanelRow | undefined {
    return this.byId.get(id);
  }

  /** The document of a row, as a URI. */
  documentOf(id: string): string | undefined {
    return this.documents.get(id);
  }

  /** Replaces a row with the same id in place. @param document the URI of the row's document */
  add(row: PanelRow, document: string): void {
    const { counts } = this;
    this.newestId = row.id;
    if (row.source === 'edit' && !this.byId.has(row.id)) counts.edits++;
    this.byId.set(row.id, row);
    this.documents.set(row.id, document);
    if (this.byId.size > rowLimit) {
      const oldest = this.byId.keys().next().value as string;
      this.byId.delete(oldest);
      this.acceptedLengths.delete(oldest);
      this.documents.delete(oldest);
    }
    // The call for an edit was counted when it was paid.
    if (row.source !== 'edit') counts.spentUsd += row.costUsd;
    if (isCompletion(row)) {
      const kind = row.source === 'api' ? 'api' : 'local';
      counts.completions++;
      counts[kind]++;
      counts.savedUsd += row.savedUsd;
      this.lastAnswer = row;
      // Cached answers would lower the model's latency.
      if (!row.cached) {
        this.latencies[kind].push(row.latencyMs);
        if (this.latencies[kind].length > latencyLimit) this.latencies[kind].shift();
      }
    }
    for (const listener of this.listeners) listener(row);
  }

  /** Adds the cost of an answer that was not shown. */
  addSpending(usd: number): void {
    this.counts.spentUsd += usd;
  }

  setOutcome(id: string, outcome: Outcome, acceptedLength: number): void {
    const row = this.byId.get(id);
    if (!row) return;
    const next = { ...row, outcome };
    this.byId.set(id, next);
    if (row.source !== 'none') this.countOutcome(row, outcome, acceptedLength);
    if (this.lastAnswer?.id === id) this.lastAnswer = next;
    for (const listener of this.listeners) listener(next);
  }

  private countOutcome({ id, source, outcome: earlier }: PanelRow, outcome: Outcome, acceptedLength: number): void {
    this.counts.characters += acceptedLength - (this.acceptedLengths.get(id) ?? 0);
    this.acceptedLengths.set(id, acceptedLength);
    const isAccepted = (value: Outcome) => value === 'accepted' || value === 'partly-accepted';
    const kind = source === 'edit' ? 'applied' : 'accepted';
    this.counts[kind] += Number(isAccepted(outcome)) - Number(isAccepted(earlier));
    this.counts.typed += Number(outcome === 'typed') - Number(earlier === 'typed');
  }

  totals(): PanelTotals {
    const { local, api } = this.latencies;
    return {
      ...this.counts,
      ...(local.length > 0 && { localP50Ms: quantile(local, 0.5) }),
      ...(api.length > 0 && { apiP50Ms: quantile(api, 0.5) }),
    };
  }

  clear(): void {
    this.byId.clear();
    this.documents.clear();
    this.lastAnswer = undefined;
    this.counts = { ...zeroCounts };
    this.acceptedLengths.clear();
    this.latencies.local.length = 0;
    this.latencies.api.length = 0;
    for (const listener of this.listeners) listener();
  }
}

/** Whether a row is a completion that was shown: only these have a model and a latency. */
function isCompletion({ source }: PanelRow): boolean {
  return source === 'specialist' || source === 'api';
}
