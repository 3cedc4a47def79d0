// This session's completions: the last rows for the panel, the totals, and the last answer for the status bar. Pure; the store keeps the rest.
import type { Outcome } from '../../common/completion.ts';
import { quantile } from '../../common/quality.ts';
import type { PanelRow, PanelTotals } from '../../panel/protocol.ts';

const rowLimit = 200;
/** Latencies kept for the quantiles: the last ones say how fast it is now. */
const latencyLimit = 2000;

export interface ActivityListener {
  onRow(row: PanelRow): void;
  onClear(): void;
}

export class Activity {
  private readonly byId = new Map<string, PanelRow>();
  private readonly documents = new Map<string, string>();
  private readonly latencies: { readonly local: number[]; readonly api: number[] } = { local: [], api: [] };
  private counts = { completions: 0, local: 0, api: 0, accepted: 0, spentUsd: 0, savedUsd: 0 };
  private readonly listeners = new Set<ActivityListener>();
  private lastAnswer: PanelRow | undefined;

  listen(listener: ActivityListener): { dispose(): void } {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  /** Newest first. */
  get rows(): PanelRow[] {
    return [...this.byId.values()].reverse();
  }

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

  /** @param document the URI of the row's document */
  add(row: PanelRow, document: string): void {
    const { counts } = this;
    this.byId.set(row.id, row);
    this.documents.set(row.id, document);
    if (this.byId.size > rowLimit) {
      const oldest = this.byId.keys().next().value as string;
      this.byId.delete(oldest);
      this.documents.delete(oldest);
    }
    counts.spentUsd += row.costUsd;
    if (row.source !== 'none') {
      const kind = row.source === 'api' ? 'api' : 'local';
      counts.completions++;
      counts[kind]++;
      counts.savedUsd += row.savedUsd;
      this.lastAnswer = row;
      // A cached answer took no time of a model's; counting it would flatter.
      if (!row.cached) {
        this.latencies[kind].push(row.latencyMs);
        if (this.latencies[kind].length > latencyLimit) this.latencies[kind].shift();
      }
    }
    for (const listener of this.listeners) listener.onRow(row);
  }

  /** Money spent on an answer that was never shown. */
  addSpending(usd: number): void {
    this.counts.spentUsd += usd;
  }

  setOutcome(id: string, outcome: Outcome): void {
    const row = this.byId.get(id);
    if (!row || row.outcome === outcome) return;
    const took = (value: Outcome) => value === 'accepted' || value === 'partly-accepted';
    this.counts.accepted += Number(took(outcome)) - Number(took(row.outcome));
    const next = { ...row, outcome };
    this.byId.set(id, next);
    if (this.lastAnswer?.id === id) this.lastAnswer = next;
    for (const listener of this.listeners) listener.onRow(next);
  }

  totals(): PanelTotals {
    const { local, api } = this.latencies;
    return {
      ...this.counts,
      ...(local.length > 0 && { localP50Ms: quantile(local, 0.5), localP95Ms: quantile(local, 0.95) }),
      ...(api.length > 0 && { apiP50Ms: quantile(api, 0.5), apiP95Ms: quantile(api, 0.95) }),
    };
  }

  clear(): void {
    this.byId.clear();
    this.documents.clear();
    this.lastAnswer = undefined;
    this.counts = { completions: 0, local: 0, api: 0, accepted: 0, spentUsd: 0, savedUsd: 0 };
    this.latencies.local.length = 0;
    this.latencies.api.length = 0;
    for (const listener of this.listeners) listener.onClear();
  }
}
