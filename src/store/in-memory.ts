// The store where there is no disk to write to: same answers, forgotten at the end of the session.

import type { Outcome } from '../common/completion.ts';
import { quantile } from '../common/quality.ts';
import { monthOf, type Reserved } from '../common/teacher-call.ts';
import { adaptationRow } from './sqlite.ts';
import { type FinishedRun, keptCompletions, type Store } from './store.ts';
import type { AdaptationRow, CompletionRow, FolderRows, TeacherCallRow, Totals } from './types.ts';

export class MemoryStore implements Store {
  readonly location = undefined;
  private calls: TeacherCallRow[] = [];
  /** In order of recording; JavaScript's maps keep it. */
  private completions = new Map<string, CompletionRow>();
  private runs: AdaptationRow[] = [];
  private months = new Map<string, number>();

  canKeep(): boolean {
    return false;
  }

  /** Nothing new is paid for where it would be forgotten. */
  reserve(): Reserved {
    return { ok: false, why: 'unwritable', message: 'There is no store on disk.' };
  }

  settle(_id: string, paid: TeacherCallRow | undefined): void {
    if (paid === undefined) return;
    this.calls.push(paid);
    const month = monthOf(paid.at);
    this.months.set(month, (this.months.get(month) ?? 0) + paid.costUsd);
  }

  spentInMonth(at: number): number {
    const from = monthOf(at);
    return [...this.months].reduce((sum, [month, usd]) => (month >= from ? sum + usd : sum), 0);
  }

  recordTeacherCall(row: TeacherCallRow): void {
    this.settle('', row);
  }

  findTeacherCall(requestHash: string): TeacherCallRow | undefined {
    return this.calls.findLast((call) => call.requestHash === requestHash);
  }

  spentSince(at: number): number {
    return this.calls.reduce((sum, call) => (call.at >= at ? sum + call.costUsd : sum), 0);
  }

  recordCompletion(row: CompletionRow): void {
    this.completions.delete(row.id);
    this.completions.set(row.id, row);
    const oldest = this.completions.size > keptCompletions ? this.completions.keys().next().value : undefined;
    if (oldest !== undefined) this.completions.delete(oldest);
  }

  setOutcome(id: string, outcome: Outcome): void {
    const row = this.completions.get(id);
    if (row !== undefined) this.completions.set(id, { ...row, outcome });
  }

  recentCompletions(limit: number): CompletionRow[] {
    return [...this.completions.values()]
      .reverse()
      .sort((a, b) => b.at - a.at)
      .slice(0, limit);
  }

  rowsOf(folder: string): FolderRows {
    const own = <T extends { readonly folder: string }>(rows: Iterable<T>) =>
      [...rows].filter((row) => row.folder === folder);
    return {
      teacherCalls: own(this.calls),
      completions: own(this.completions.values()),
      adaptations: own(this.adaptations()),
    };
  }

  totals(sinceMs = 0): Totals {
    const rows = [...this.completions.values()].filter((row) => row.at >= sinceMs);
    const of = (source: string) => rows.filter((row) => row.source === source).map((row) => row.latencyMs);
    const local = of('specialist');
    const api = of('api');
    const at = (latencies: number[], p: number) => (latencies.length === 0 ? undefined : quantile(latencies, p));
    return {
      completions: local.length + api.length,
      local: local.length,
      api: api.length,
      accepted: rows.filter((row) => row.outcome === 'accepted' || row.outcome === 'partly-accepted').length,
      spentUsd: this.spentSince(sinceMs),
      savedUsd: rows.reduce((sum, row) => sum + row.savedUsd, 0),
      localP50Ms: at(local, 0.5),
      localP95Ms: at(local, 0.95),
      apiP50Ms: at(api, 0.5),
      apiP95Ms: at(api, 0.95),
    };
  }

  recordAdaptation(folder: string, run: FinishedRun): AdaptationRow {
    const row = adaptationRow(folder, run);
    this.runs.push(row);
    return row;
  }

  latestAdaptation(folder: string): AdaptationRow | undefined {
    return this.adaptations().find((row) => row.folder === folder);
  }

  adaptations(): AdaptationRow[] {
    return [...this.runs].reverse().sort((a, b) => b.finishedAt - a.finishedAt);
  }

  /** Takes over what another store still knows. */
  adopt(
    calls: readonly TeacherCallRow[],
    newestFirst: readonly CompletionRow[],
    runs: readonly AdaptationRow[],
    spending: ReadonlyMap<string, number>,
  ): void {
    this.calls = [...calls];
    this.months = new Map(spending);
    for (const row of [...newestFirst].reverse()) this.recordCompletion(row);
    this.runs.push(...[...runs].reverse());
  }

  deleteAdaptations(folder: string): void {
    this.runs = this.runs.filter((row) => row.folder !== folder);
  }

  deleteFolderData(folder: string): void {
    this.calls = this.calls.filter((row) => row.folder !== folder);
    for (const [id, row] of this.completions) if (row.folder === folder) this.completions.delete(id);
    this.deleteAdaptations(folder);
  }

  deleteAll(): void {
    this.calls = [];
    this.completions.clear();
    this.runs = [];
  }

  close(): void {}
}
