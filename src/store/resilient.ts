// A store that outlives its disk: a failing write costs a message, never the completion that was being made nor an answer
// that was paid for. What could not be written is kept in memory, in order, and written once the disk takes it again.

import type { Outcome } from '../common/completion.ts';
import { messageOf } from '../common/errors.ts';
import { type Log, silentLog } from '../common/log.ts';
import type { Reservation, Reserved } from '../common/teacher-call.ts';
import { MemoryStore } from './in-memory.ts';
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
  /** Told when the store changes under its user: a sentence for people. */
  readonly onNotice?: (notice: string) => void;
  /** Sets a damaged database aside and opens a fresh one. */
  readonly replaceDamaged: () => { readonly store: Store; readonly notice?: string };
  /** Opens the database on disk again, or makes it anew. Throws where that fails. */
  readonly reopen: () => SqliteStore;
  /** Removes what earlier failures set aside. */
  readonly deleteSetAside: () => void;
  /** Monotonic, ms. */
  readonly monotonic?: () => number;
}

/** A write that is not on disk yet. */
interface Pending {
  readonly write: (store: Store) => void;
  /** US dollars; undefined: not about money, and dropped first. */
  readonly paidUsd?: number;
}

/** How often a disk that failed is tried again while it is wanted, ms. */
const retryMs = 30_000;

export class ResilientStore implements Store {
  private current: Store;
  private readonly deps: ResilientDeps;
  /** Writes that met another window's lock, or a disk that takes none; made up for at the next chance. */
  private backlog: Pending[] = [];
  /** Money by month that the disk is known to have counted. */
  private spent: ReadonlyMap<string, number> = new Map();
  private triedAt = Number.NEGATIVE_INFINITY;
  /** Why nothing can be kept on disk, the last time that it could not; for people. */
  private said: string | undefined;

  /** @param notice why `store` is one in memory, where it is */
  constructor(store: Store, deps: ResilientDeps, notice?: string) {
    this.current = store;
    this.deps = deps;
    if (!(store instanceof SqliteStore)) this.said = notice ?? 'There is no store on disk.';
  }

  get location(): string | undefined {
    return this.current.location;
  }

  /** What went wrong with the disk since this store was opened, mended or not; for the user. Undefined: nothing. */
  get trouble(): string | undefined {
    return this.said;
  }

  /** Paid answers that are in memory alone. */
  get unsaved(): { readonly answers: number; readonly usd: number } {
    const paid = this.backlog.flatMap(({ paidUsd }) => paidUsd ?? []);
    return { answers: paid.length, usd: paid.reduce((sum, usd) => sum + usd, 0) };
  }

  canKeep(): boolean {
    return this.onDisk || this.recover(false);
  }

  reserve(reservation: Reservation, limitUsd: number): Reserved {
    if (this.canKeep()) {
      try {
        this.drain();
        return this.current.reserve(reservation, limitUsd);
      } catch (error) {
        if (busy.has(resultCode(error) ?? 0)) return { ok: false, why: 'busy' };
        this.replace(error);
        // A damaged database makes way for a fresh one.
        if (this.onDisk) return this.current.reserve(reservation, limitUsd);
      }
    }
    return { ok: false, why: 'unwritable', message: this.said ?? '' };
  }

  settle(id: string, paid: TeacherCallRow | undefined): void {
    this.write((store) => store.settle(id, paid), paid?.costUsd);
  }
  spentInMonth(at: number): number {
    return this.read((store) => store.spentInMonth(at));
  }
  recordTeacherCall(row: TeacherCallRow): void {
    this.write((store) => store.recordTeacherCall(row), row.costUsd);
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
    return this.change((store) => store.recordAdaptation(folder, run));
  }
  latestAdaptation(folder: string): AdaptationRow | undefined {
    return this.read((store) => store.latestAdaptation(folder));
  }
  adaptations(): AdaptationRow[] {
    return this.read((store) => store.adaptations());
  }
  deleteAdaptations(folder: string): void {
    this.change((store) => store.deleteAdaptations(folder));
  }
  deleteFolderData(folder: string): void {
    this.change((store) => store.deleteFolderData(folder));
  }
  deleteAll(): void {
    this.change((store) => store.deleteAll());
    this.deps.deleteSetAside();
  }

  close(): void {
    const log = this.deps.log ?? silentLog;
    // Each time that another window's lock is met, SQLite waits for a while.
    for (let tries = 0; tries < 5 && this.onDisk && this.backlog.length > 0; tries++) {
      try {
        this.drain();
      } catch (error) {
        if (this.isFailing(error)) this.replace(error);
        else log.warn(`Store: ${messageOf(error)}`);
      }
    }
    if (!this.onDisk && this.unsaved.answers > 0) this.recover(true);
    const { answers, usd } = this.unsaved;
    if (answers > 0) log.error(`${answers} paid answers ($${usd.toFixed(4)}) could not be stored and are lost.`);
    else if (this.onDisk && this.backlog.length > 0)
      log.warn(`Store: ${this.backlog.length} records were not written.`);
    this.current.close();
  }

  private get onDisk(): boolean {
    return this.current instanceof SqliteStore;
  }

  private write(write: (store: Store) => void, paidUsd?: number): void {
    this.backlog.push(paidUsd === undefined ? { write } : { write, paidUsd });
    if (!this.onDisk) {
      write(this.current);
      this.trim();
      return;
    }
    try {
      this.drain();
    } catch (error) {
      if (!busy.has(resultCode(error) ?? 0)) this.replace(error);
    }
  }

  private read<T>(operation: (store: Store) => T): T {
    try {
      if (this.onDisk) this.drain();
      return operation(this.current);
    } catch (error) {
      // Readers never wait for writers in WAL mode: a lock was met by the backlog, or by a write that has to say that it failed.
      if (!busy.has(resultCode(error) ?? 0)) this.replace(error);
      return operation(this.current);
    }
  }

  /** A write whose result is needed at once. */
  private change<T>(operation: (store: Store) => T): T {
    const result = this.read(operation);
    if (!this.onDisk) this.backlog.push({ write: operation });
    return result;
  }

  private drain(into: Store = this.current): void {
    for (;;) {
      const [first] = this.backlog;
      if (first === undefined) return;
      try {
        first.write(into);
      } catch (error) {
        // A row that no store takes must not block those behind it.
        if (!busy.has(resultCode(error) ?? 0) && !this.isFailing(error)) this.backlog.shift();
        throw error;
      }
      this.backlog.shift();
    }
  }

  /** Completions are many and were free; money is neither. */
  private trim(): void {
    if (this.backlog.length <= 2 * keptCompletions) return;
    const free = this.backlog.filter(({ paidUsd }) => paidUsd === undefined).slice(-keptCompletions);
    const kept = new Set(free);
    this.backlog = this.backlog.filter((each) => each.paidUsd !== undefined || kept.has(each));
  }

  private isFailing(error: unknown): boolean {
    return failing.has(resultCode(error) ?? 0);
  }

  /** Goes on with another store; throws again what is no failure of the database. */
  private replace(error: unknown): void {
    if (!this.isFailing(error) || !(this.current instanceof SqliteStore)) throw error;
    const failed = this.current;
    const log = this.deps.log ?? silentLog;
    log.error(`Store: ${messageOf(error)}`);
    if (isDamage(error)) {
      this.remember(failed);
      failed.close();
      const fresh = this.deps.replaceDamaged();
      this.current = fresh.store;
      if (fresh.store instanceof SqliteStore) this.continueIn(fresh.store);
      else this.said = fresh.notice;
      if (fresh.notice !== undefined) this.deps.onNotice?.(fresh.notice);
      return;
    }
    const memory = new MemoryStore();
    try {
      this.remember(failed);
      memory.adopt(
        failed.allTeacherCalls(),
        failed.recentCompletions(keptCompletions),
        failed.adaptations(),
        this.spent,
      );
    } catch {
      // It cannot be read either. It stays on disk as it is.
    }
    failed.close();
    this.current = memory;
    for (const { write } of this.backlog) write(memory);
    this.triedAt = this.now();
    this.said =
      `Easy Adaptation cannot write to ${failed.location} (${messageOf(error)}). The API is not asked until it can: free ` +
      'disk space or make the folder writable. What was paid for is kept in memory until then, or until the window or the run ends.';
    this.deps.onNotice?.(this.said);
  }

  /** Tries the disk again, not more often than wanted unless `now`; true when everything kept in memory is on it. */
  private recover(now: boolean): boolean {
    if (!now && this.now() < this.triedAt + retryMs) return false;
    this.triedAt = this.now();
    let store: SqliteStore;
    try {
      store = this.deps.reopen();
    } catch {
      return false;
    }
    try {
      this.continueIn(store);
    } catch {
      store.close();
      return false;
    }
    this.current = store;
    (this.deps.log ?? silentLog).info(`The store is on the disk again: ${store.location}`);
    return true;
  }

  /** Everything that is not on disk yet is written to `store`, in order. */
  private continueIn(store: SqliteStore): void {
    store.carrySpending(this.spent);
    this.drain(store);
  }

  private remember(store: SqliteStore): void {
    try {
      this.spent = store.spending();
    } catch {
      // Damaged or gone.
    }
  }

  private now(): number {
    return (this.deps.monotonic ?? (() => performance.now()))();
  }
}
