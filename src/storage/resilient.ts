// A store that survives disk failures: a failed write costs a message, but never a paid answer.
// Failed writes are kept in memory, in order, and written when the disk works again.
import type { Clock } from '../common/clock.ts';
import { messageOf } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import type { Ledger, PaidCall, Reservation, Reserved } from '../common/paid-call.ts';
import { isBusy, isDamage, isFailing } from './database.ts';
import type { KnownSpending } from './money.ts';
import { SqliteStore } from './sqlite.ts';
import type { AdaptationRow, FinishedRun, FolderRows } from './stored-rows.ts';

export interface ResilientDeps {
  readonly log: Log;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Called with a sentence for the user when the store is replaced. */
  readonly onNotice: (notice: string) => void;
  /** Renames a damaged database and opens a new one. */
  readonly replaceDamaged: () => { readonly store: SqliteStore; readonly notice?: string };
  /** Opens or creates the database on disk again. Throws if that fails. */
  readonly reopen: () => SqliteStore;
  /** Deletes the databases that earlier failures renamed. */
  readonly deleteRenamed: () => void;
}

/** Minimum time between attempts to use a failed disk again, ms. */
const retryMs = 30_000;

/**
 * All calls are synchronous. They take well under a millisecond, except those about money, which wait for the disk.
 * Callers must pass only redacted text (`workspace/secrets/secrets.ts`), because the store does not check it.
 */
export class ResilientStore implements Ledger {
  private current: SqliteStore;
  private readonly deps: ResilientDeps;
  private readonly log: Log;
  private readonly backlog = new Backlog();
  /** As last read from the disk. */
  private lastSpending: KnownSpending = { byMonth: new Map(), unsettled: [] };
  private triedAt = Number.NEGATIVE_INFINITY;
  /** The reason for the latest disk failure, for the user. */
  private lastFailure: string | undefined;

  /** @param notice the reason if `store` is in memory */
  constructor(store: SqliteStore, deps: ResilientDeps, notice?: string) {
    this.current = store;
    this.deps = deps;
    this.log = deps.log;
    if (!this.onDisk) this.lastFailure = notice ?? 'There is no store on disk.';
  }

  /** The database file. Undefined if the data is in memory and lost at the end of the session. */
  get location(): string | undefined {
    return this.current.location;
  }

  /** The latest disk failure since this store was opened, for the user, even if repaired. Undefined if none. */
  get trouble(): string | undefined {
    return this.lastFailure;
  }

  /** Paid answers that are only in memory. */
  get unsaved(): Backlog['unsaved'] {
    return this.backlog.unsaved;
  }

  /** Whether paid answers can be stored on disk. After a failure, it tries the disk again from time to time. */
  canKeep(): boolean {
    return this.onDisk || this.recover(false);
  }

  reserve(reservation: Reservation, limitUsd: number): Reserved {
    if (this.canKeep()) {
      try {
        this.backlog.drain(this.current);
        return this.reportNotice(this.current.money.reserve(reservation, limitUsd));
      } catch (error) {
        if (isBusy(error)) return { ok: false, why: 'busy' };
        this.replace(error);
        // `replace` opens a new database after damage.
        if (this.onDisk) return this.reportNotice(this.current.money.reserve(reservation, limitUsd));
      }
    }
    return { ok: false, why: 'unwritable', message: this.lastFailure ?? '' };
  }

  private reportNotice(reserved: Reserved): Reserved {
    if (!('notice' in reserved)) return reserved;
    const { notice, ...rest } = reserved;
    if (notice !== undefined) this.deps.onNotice(notice);
    return rest;
  }

  settle(id: string, paid: PaidCall | undefined): void {
    this.write((store) => store.money.settle(id, paid), paid?.costUsd);
  }
  spentInMonth(at: number): number {
    return this.read((store) => store.money.spentInMonth(at));
  }
  /** The newest paid answer to the same request. */
  findLlmCall(requestHash: string): PaidCall | undefined {
    return this.read((store) => store.money.findLlmCall(requestHash));
  }
  /** All stored rows of one folder, to show them to the user. Oldest first, but adaptations newest first. */
  rowsOf(folder: string): FolderRows {
    return this.read((store) => store.rowsOf(folder));
  }
  recordAdaptation(folder: string, run: FinishedRun): AdaptationRow {
    return this.change((store) => store.recordAdaptation(folder, run));
  }
  latestAdaptation(folder: string): AdaptationRow | undefined {
    return this.read((store) => store.latestAdaptation(folder));
  }
  /** Newest first. */
  adaptations(): AdaptationRow[] {
    return this.read((store) => store.adaptations());
  }
  /** Deletes a folder's adaptations. Its paid answers stay. */
  deleteAdaptations(folder: string): void {
    this.change((store) => store.deleteAdaptations(folder));
  }
  /** Deletes everything about one folder, including its paid answers. Spending stays. */
  deleteFolderData(folder: string): void {
    this.change((store) => store.deleteFolderData(folder));
  }
  /** Deletes everything, including renamed databases. Only the sum of this month's spending stays, for the limit. */
  deleteAll(): void {
    this.change((store) => store.deleteAll());
    this.deps.deleteRenamed();
  }

  close(): void {
    // SQLite waits for a while at each lock of another window.
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
      // Readers never wait for writers in WAL mode, so the backlog or a write met the lock. A second failure is thrown.
      if (!isBusy(error)) this.replace(error);
      return operation(this.current);
    }
  }

  /** Runs a write whose result is needed at once. */
  private change<T>(operation: (store: SqliteStore) => T): T {
    const result = this.read(operation);
    if (!this.onDisk) this.backlog.add(operation);
    return result;
  }

  /** Switches to another store. Rethrows errors that are no database failure. */
  private replace(error: unknown): void {
    if (!isFailing(error) || !this.onDisk) throw error;
    const failed = this.current;
    this.log.error(`Store: ${messageOf(error)}`);
    try {
      this.lastSpending = failed.money.spending();
    } catch {
      // The database is damaged or gone.
    }
    if (isDamage(error)) {
      failed.close();
      const fresh = this.deps.replaceDamaged();
      this.current = fresh.store;
      if (this.onDisk) this.continueIn(fresh.store);
      else this.lastFailure = fresh.notice;
      if (fresh.notice !== undefined) this.deps.onNotice(fresh.notice);
      return;
    }
    const memory = new SqliteStore();
    try {
      memory.copyFrom(failed);
    } catch {
      // The database cannot be read either. It stays on disk unchanged.
    }
    memory.money.carry(this.lastSpending);
    failed.close();
    this.current = memory;
    this.backlog.repeat(memory);
    this.triedAt = this.deps.clock.monotonic();
    this.lastFailure =
      `Easy Adaptation cannot write to ${failed.location} (${messageOf(error)}). The API is not asked until it can: free ` +
      'disk space or make the folder writable. Paid answers are kept in memory until the window or the run ends.';
    this.deps.onNotice(this.lastFailure);
  }

  /** Tries the disk again, at most every `retryMs` unless `now`. Returns true if the backlog is on disk. */
  private recover(now: boolean): boolean {
    if (!now && this.deps.clock.monotonic() < this.triedAt + retryMs) return false;
    this.triedAt = this.deps.clock.monotonic();
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

  /** Writes the backlog to `store`, in order. */
  private continueIn(store: SqliteStore): void {
    store.money.carry(this.lastSpending);
    this.backlog.drain(store);
  }
}

interface Pending {
  readonly write: (store: SqliteStore) => void;
  /** US dollars. Undefined for writes that are not about money. */
  readonly paidUsd: number | undefined;
}

class Backlog {
  private readonly pending: Pending[] = [];

  get size(): number {
    return this.pending.length;
  }

  /** Number and cost of the paid answers in the backlog. */
  get unsaved(): { readonly answers: number; readonly usd: number } {
    const paid = this.pending.flatMap(({ paidUsd }) => paidUsd ?? []);
    return { answers: paid.length, usd: paid.reduce((sum, usd) => sum + usd, 0) };
  }

  add(write: Pending['write'], paidUsd?: number): void {
    this.pending.push({ write, paidUsd });
  }

  /** Writes everything in order. A write that fails stays first in the backlog. */
  drain(into: SqliteStore): void {
    for (let first = this.pending[0]; first !== undefined; first = this.pending[0]) {
      try {
        first.write(into);
      } catch (error) {
        // A row that no database accepts must not block the rows after it.
        if (!isBusy(error) && !isFailing(error)) this.pending.shift();
        throw error;
      }
      this.pending.shift();
    }
  }

  /** Writes everything to a temporary store, and keeps it in the backlog until the disk is back. */
  repeat(store: SqliteStore): void {
    for (const { write } of this.pending) write(store);
  }
}
