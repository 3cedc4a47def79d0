// A store that outlives its disk: a failing write costs a message, never the completion that was being made.

import type { Outcome } from '../common/completion.ts';
import { messageOf } from '../common/errors.ts';
import { type Log, silentLog } from '../common/log.ts';
import { MemoryStore } from './memory.ts';
import { SqliteStore } from './sqlite.ts';
import { type FinishedRun, keptCompletions, type Store } from './store.ts';
import type { AdaptationRow, CompletionRow, FolderRows, TeacherCallRow, Totals } from './types.ts';

/** SQLite's primary result codes that are told apart: https://sqlite.org/rescode.html */
const busy = new Set([5, 6]);
const damaged = new Set([11, 26]);
/** Out of memory, read-only, I/O error, disk full, cannot open; any other code is a mistake of ours and is thrown. */
const failing = new Set([7, 8, 10, 13, 14, ...damaged]);

/** SQLite's primary result code; undefined for any other error. */
export function resultCode(error: unknown): number | undefined {
  const { errcode } = (error ?? {}) as { errcode?: unknown };
  return typeof errcode === 'number' ? errcode & 0xff : undefined;
}

export function isDamage(error: unknown): boolean {
  return damaged.has(resultCode(error) ?? 0);
}

export interface ResilientDeps {
  readonly log?: Log;
  /** Told once when the store changes under its user: a sentence for people. */
  readonly onNotice?: (notice: string) => void;
  /** Sets a damaged database aside and opens a fresh one. */
  readonly replaceDamaged: () => { readonly store: Store; readonly notice?: string };
  /** Removes what earlier failures set aside. */
  readonly deleteSetAside: () => void;
}

export class ResilientStore implements Store {
  private current: Store;
  private readonly deps: ResilientDeps;
  /** Writes that met another window's lock; made up for at the next call. */
  private backlog: ((store: Store) => void)[] = [];

  constructor(store: Store, deps: ResilientDeps) {
    this.current = store;
    this.deps = deps;
  }

  get location(): string | undefined {
    return this.current.location;
  }

  recordTeacherCall(row: TeacherCallRow): void {
    this.write((store) => store.recordTeacherCall(row));
  }
  findTeacherCall(requestHash: string): TeacherCallRow | undefined {
    return this.read((store) => store.findTeacherCall(requestHash));
  }
  spentSince(at: number): number {
    return this.read((store) => store.spentSince(at));
  }
  recordCompletion(row: CompletionRow): void {
    this.write((store) => store.recordCompletion(row));
  }
  setOutcome(id: string, outcome: Outcome): void {
    this.write((store) => store.setOutcome(id, outcome));
  }
  recentCompletions(limit: number): CompletionRow[] {
    return this.read((store) => store.recentCompletions(limit));
  }
  rowsOf(folder: string): FolderRows {
    return this.read((store) => store.rowsOf(folder));
  }
  totals(sinceMs?: number): Totals {
    return this.read((store) => store.totals(sinceMs));
  }
  recordAdaptation(folder: string, run: FinishedRun): AdaptationRow {
    return this.read((store) => store.recordAdaptation(folder, run));
  }
  latestAdaptation(folder: string): AdaptationRow | undefined {
    return this.read((store) => store.latestAdaptation(folder));
  }
  adaptations(): AdaptationRow[] {
    return this.read((store) => store.adaptations());
  }
  deleteAdaptations(folder: string): void {
    this.read((store) => store.deleteAdaptations(folder));
  }
  deleteFolderData(folder: string): void {
    this.read((store) => store.deleteFolderData(folder));
  }
  deleteAll(): void {
    this.backlog = [];
    this.read((store) => store.deleteAll());
    this.deps.deleteSetAside();
  }

  close(): void {
    try {
      this.drain();
    } catch (error) {
      (this.deps.log ?? silentLog).warn(`Store: ${this.backlog.length} records were not written: ${messageOf(error)}`);
    }
    this.current.close();
  }

  private write(operation: (store: Store) => void): void {
    this.backlog.push(operation);
    try {
      this.drain();
    } catch (error) {
      if (busy.has(resultCode(error) ?? 0)) return;
      this.replace(error);
      this.drain();
    }
  }

  /** Also for writes whose answer is needed at once. */
  private read<T>(operation: (store: Store) => T): T {
    try {
      this.drain();
      return operation(this.current);
    } catch (error) {
      if (busy.has(resultCode(error) ?? 0)) {
        // Readers never wait for writers in WAL mode: this was the backlog, or a write that has to say that it failed.
        return operation(this.current);
      }
      this.replace(error);
      this.drain();
      return operation(this.current);
    }
  }

  private drain(): void {
    for (;;) {
      const [first] = this.backlog;
      if (first === undefined) return;
      try {
        first(this.current);
      } catch (error) {
        const code = resultCode(error) ?? 0;
        // A row that no store takes must not block those behind it.
        if (!busy.has(code) && !failing.has(code)) this.backlog.shift();
        throw error;
      }
      this.backlog.shift();
    }
  }

  /** Goes on with another store; throws again what is no failure of the database. */
  private replace(error: unknown): void {
    if (!failing.has(resultCode(error) ?? 0) || !(this.current instanceof SqliteStore)) throw error;
    const failed = this.current;
    let notice: string | undefined;
    if (isDamage(error)) {
      failed.close();
      ({ store: this.current, notice } = this.deps.replaceDamaged());
    } else {
      const memory = new MemoryStore();
      notice =
        `Easy Adaptation cannot write to ${failed.location} (${messageOf(error)}). What is recorded from now on is kept ` +
        'in memory until the window closes; free disk space or make the folder writable, then reload the window.';
      this.current = memory;
      try {
        memory.adopt(failed.allTeacherCalls(), failed.recentCompletions(keptCompletions), failed.adaptations());
      } catch {
        // It cannot be read either. It stays on disk as it is.
      }
      failed.close();
    }
    (this.deps.log ?? silentLog).error(`Store: ${messageOf(error)}`);
    if (notice !== undefined) this.deps.onNotice?.(notice);
  }
}
