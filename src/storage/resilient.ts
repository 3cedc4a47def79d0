// A store that outlives its disk: a failing write costs a message, never the completion that was being made nor an answer
// that was paid for. What could not be written is kept in memory, in order, and written once the disk takes it again.

import type { Outcome } from '../common/completion.ts';
import { messageOf } from '../common/errors.ts';
import { type Log, silentLog } from '../common/log.ts';
import type { Reservation, Reserved } from '../common/paid-call.ts';
import { Backlog } from './backlog.ts';
import { SqliteStore } from './sqlite.ts';
import { isBusy, isDamage, isFailing } from './sqlite-errors.ts';
import type { FinishedRun, Store } from './store.ts';
import type { AdaptationRow, CompletionRow, FolderRows, TeacherCallRow, Totals } from './types.ts';

export interface ResilientDeps {
  readonly log?: Log;
  /** Told when the store changes under its user: a sentence for people. */
  readonly onNotice?: (notice: string) => void;
  /** Sets a damaged database aside and opens a fresh one. */
  readonly replaceDamaged: () => { readonly store: SqliteStore; readonly notice?: string };
  /** Opens the database on disk again, or makes it anew. Throws where that fails. */
  readonly reopen: () => SqliteStore;
  /** Removes what earlier failures set aside. */
  readonly deleteSetAside: () => void;
  /** Monotonic, ms. */
  readonly monotonic?: () => number;
}

/** How often a disk that failed is tried again while it is wanted, ms. */
const retryMs = 30_000;

export class ResilientStore implements Store {
  private current: SqliteStore;
  private readonly deps: ResilientDeps;
  private readonly log: Log;
  private readonly backlog = new Backlog();
  /** Money by month that the disk is known to have counted. */
  private spent: ReadonlyMap<string, number> = new Map();
  private triedAt = Number.NEGATIVE_INFINITY;
  /** Why nothing can be kept on disk, the last time that it could not; for people. */
  private said: string | undefined;

  /** @param notice why `store` is one in memory, where it is */
  constructor(store: SqliteStore, deps: ResilientDeps, notice?: string) {
    this.current = store;
    this.deps = deps;
    this.log = deps.log ?? silentLog;
    if (!this.onDisk) this.said = notice ?? 'There is no store on disk.';
  }

  get location(): string | undefined {
    return this.current.location;
  }

  /** What went wrong with the disk since this store was opened, mended or not; for the user. Undefined: nothing. */
  get trouble(): string | undefined {
    return this.said;
  }

  /** Paid answers that are in memory alone. */
  get unsaved(): Backlog['unsaved'] {
    return this.backlog.unsaved;
  }

  canKeep(): boolean {
    return this.onDisk || this.recover(false);
  }

  reserve(reservation: Reservation, limitUsd: number): Reserved {
    if (this.canKeep()) {
      try {
        this.backlog.drain(this.current);
        return this.told(this.current.reserve(reservation, limitUsd));
      } catch (error) {
        if (isBusy(error)) return { ok: false, why: 'busy' };
        this.replace(error);
        // A damaged database makes way for a fresh one.
        if (this.onDisk) return this.told(this.current.reserve(reservation, limitUsd));
      }
    }
    return { ok: false, why: 'unwritable', message: this.said ?? '' };
  }

  private told(reserved: Reserved): Reserved {
    if (!('notice' in reserved)) return reserved;
    const { notice, ...rest } = reserved;
    if (notice !== undefined) this.deps.onNotice?.(notice);
    return rest;
  }

  settle(id: string, paid: TeacherCallRow | undefined): void {
    this.write((store) => store.settle(id, paid), paid?.costUsd);
  }
  spentInMonth(at: number): number {
    return this.read((store) => store.spentInMonth(at));
  }
  findTeacherCall(requestHash: string): TeacherCallRow | undefined {
    return this.read((store) => store.findTeacherCall(requestHash));
  }
  recordCompletion(row: CompletionRow): void {
    this.write((store) => store.recordCompletion(row));
  }
  setOutcome(id: string, outcome: Outcome, taken: number): void {
    this.write((store) => store.setOutcome(id, outcome, taken));
  }
  rowsOf(folder: string): FolderRows {
    return this.read((store) => store.rowsOf(folder));
  }
  totals(): Totals {
    return this.read((store) => store.totals());
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
    // Each time that another window's lock is met, SQLite waits for a while.
    for (let tries = 0; tries < 5 && this.onDisk && this.backlog.size > 0; tries++) {
      try {
        this.backlog.drain(this.current);
      } catch (error) {
        if (isFailing(error)) this.replace(error);
        else this.log.warn(`Store: ${messageOf(error)}`);
      }
    }
    if (!this.onDisk && this.unsaved.answers > 0) this.recover(true);
    const { answers, usd } = this.unsaved;
    if (answers > 0) this.log.error(`${answers} paid answers ($${usd.toFixed(4)}) could not be stored and are lost.`);
    else if (this.onDisk && this.backlog.size > 0)
      this.log.warn(`Store: ${this.backlog.size} records were not written.`);
    this.current.close();
  }

  private get onDisk(): boolean {
    return this.location !== undefined;
  }

  private write(write: (store: SqliteStore) => void, paidUsd?: number): void {
    if (!this.onDisk) write(this.current);
    this.backlog.add(write, paidUsd);
    if (!this.onDisk) return;
    try {
      this.backlog.drain(this.current);
    } catch (error) {
      if (!isBusy(error)) this.replace(error);
    }
  }

  private read<T>(operation: (store: SqliteStore) => T): T {
    try {
      if (this.onDisk) this.backlog.drain(this.current);
      return operation(this.current);
    } catch (error) {
      // Readers never wait for writers in WAL mode: a lock was met by the backlog, or by a write that has to say that it failed.
      if (!isBusy(error)) this.replace(error);
      return operation(this.current);
    }
  }

  /** A write whose result is needed at once. */
  private change<T>(operation: (store: SqliteStore) => T): T {
    const result = this.read(operation);
    if (!this.onDisk) this.backlog.add(operation);
    return result;
  }

  /** Goes on with another store; throws again what is no failure of the database. */
  private replace(error: unknown): void {
    if (!isFailing(error) || !this.onDisk) throw error;
    const failed = this.current;
    this.log.error(`Store: ${messageOf(error)}`);
    try {
      this.spent = failed.money.spending();
    } catch {
      // Damaged or gone.
    }
    if (isDamage(error)) {
      failed.close();
      const fresh = this.deps.replaceDamaged();
      this.current = fresh.store;
      if (this.onDisk) this.continueIn(fresh.store);
      else this.said = fresh.notice;
      if (fresh.notice !== undefined) this.deps.onNotice?.(fresh.notice);
      return;
    }
    const memory = new SqliteStore();
    memory.money.carry(this.spent);
    try {
      memory.adopt(failed);
    } catch {
      // It cannot be read either. It stays on disk as it is.
    }
    failed.close();
    this.current = memory;
    this.backlog.repeat(memory);
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
    this.current.close();
    this.current = store;
    this.log.info(`The store is on the disk again: ${store.location}`);
    return true;
  }

  /** Everything that is not on disk yet is written to `store`, in order. */
  private continueIn(store: SqliteStore): void {
    store.money.carry(this.spent);
    this.backlog.drain(store);
  }

  private now(): number {
    return (this.deps.monotonic ?? (() => performance.now()))();
  }
}
