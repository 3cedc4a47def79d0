// The store of this machine: answers, adaptations and money. While the disk fails it can still be read,
// nothing paid is asked for, and answers that were paid for wait in memory until they are written.
import type { Clock } from '../common/clock.ts';
import { messageOf } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import type { Ledger, PaidCall, Reservation, Reserved } from '../common/paid-call.ts';
import { isBusy, isDamage, isFailing } from './database.ts';
import type { KnownSpending } from './money.ts';
import type { SqliteStore } from './sqlite.ts';
import type { AdaptationRow, FinishedRun, FolderRows } from './stored-rows.ts';

/** An open database, or the reason why there is none. */
export interface Opened {
  readonly database?: SqliteStore;
  /** For the user. */
  readonly notice?: string;
}

export interface StoreDeps {
  readonly log: Log;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Called with a sentence for the user when the disk fails or a database is replaced. */
  readonly onNotice: (notice: string) => void;
  /** Opens the database on disk again, or a new one if it is damaged or gone. */
  readonly reopen: () => Opened;
  /** Deletes the databases that earlier failures renamed. */
  readonly deleteRenamed: () => void;
}

/** Minimum time between attempts to use a failed disk again, ms. */
const retryMs = 30_000;

/**
 * All calls are synchronous. They take well under a millisecond, except those about money, which wait for the disk.
 * Callers must pass only redacted text (`workspace/secrets/secrets.ts`), because the store does not check it.
 */
export class Store implements Ledger {
  /** After a failure it is only read. Undefined if none could be opened. */
  private database: SqliteStore | undefined;
  private readonly deps: StoreDeps;
  private readonly log: Log;
  /** Calls whose outcome is not on disk yet, oldest first. */
  private readonly pending: { readonly id: string; readonly paid: PaidCall | undefined }[] = [];
  /** As last read from the disk. */
  private lastSpending: KnownSpending = { byMonth: new Map(), unsettled: [] };
  /** When the disk failed or was last tried again. Undefined while it works. */
  private failedAt: number | undefined;
  /** The reason for the latest disk failure, for the user. */
  private lastFailure: string | undefined;

  constructor({ database, notice }: Opened, deps: StoreDeps) {
    this.database = database;
    this.deps = deps;
    this.log = deps.log;
    if (database === undefined) {
      this.lastFailure = notice ?? 'There is no store on disk.';
      this.failedAt = Number.NEGATIVE_INFINITY;
    }
  }

  /** The latest disk failure since this store was opened, for the user, even if repaired. Undefined if none. */
  get trouble(): string | undefined {
    return this.lastFailure;
  }

  /** Number and cost of the paid answers that are only in memory. */
  get unsaved(): { readonly answers: number; readonly usd: number } {
    const paid = this.pending.flatMap((call) => call.paid ?? []);
    return { answers: paid.length, usd: paid.reduce((sum, { costUsd }) => sum + costUsd, 0) };
  }

  /** Whether paid answers can be stored on disk. After a failure, it tries the disk again from time to time. */
  canKeep(): boolean {
    return this.works || this.recover(false);
  }

  reserve(reservation: Reservation, limitUsd: number): Reserved {
    if (!this.canKeep()) return this.unwritable();
    try {
      return this.reportNotice(this.change(({ money }) => money.reserve(reservation, limitUsd)));
    } catch (error) {
      if (isBusy(error)) return { ok: false, why: 'busy' };
      if (this.works) throw error;
      return this.unwritable();
    }
  }

  private reportNotice(reserved: Reserved): Reserved {
    if (!('notice' in reserved)) return reserved;
    const { notice, ...rest } = reserved;
    if (notice !== undefined) this.deps.onNotice(notice);
    return rest;
  }

  private unwritable(): Reserved {
    return { ok: false, why: 'unwritable', message: this.lastFailure ?? '' };
  }

  settle(id: string, paid: PaidCall | undefined): void {
    this.pending.push({ id, paid });
    this.writePending();
  }
  spentInMonth(at: number): number {
    return this.read((database) => database.money.spentInMonth(at), 0);
  }
  /** The newest paid answer to the same request. */
  findLlmCall(requestHash: string): PaidCall | undefined {
    this.writePending();
    const unsaved = this.pending.findLast(({ paid }) => paid?.requestHash === requestHash)?.paid;
    return unsaved ?? this.read((database) => database.money.findLlmCall(requestHash), undefined);
  }
  /** All stored rows of one folder, to show them to the user. Oldest first, but adaptations newest first. */
  rowsOf(folder: string): FolderRows {
    return this.read((database) => database.rowsOf(folder), { llmCalls: [], adaptations: [], answers: [], stages: [] });
  }
  /** Throws if the disk fails, like the methods that delete. */
  recordAdaptation(folder: string, run: FinishedRun): AdaptationRow {
    return this.change((database) => database.recordAdaptation(folder, run));
  }
  latestAdaptation(folder: string): AdaptationRow | undefined {
    return this.read((database) => database.latestAdaptation(folder), undefined);
  }
  /** Deletes everything about one folder, including its paid answers. Spending stays. */
  deleteFolderData(folder: string): void {
    this.change((database) => database.deleteFolderData(folder));
  }
  /** Deletes everything, including renamed databases. Only the sum of this month's spending stays, for the limit. */
  deleteAll(): void {
    this.change((database) => database.deleteAll());
    this.deps.deleteRenamed();
  }

  close(): void {
    // SQLite waits for a while at each lock of another window.
    for (let tries = 0; tries < 5 && this.works && this.pending.length > 0; tries++) this.writePending();
    if (!this.works && this.unsaved.answers > 0) this.recover(true);
    const { answers, usd } = this.unsaved;
    if (answers > 0) this.log.error(`${answers} paid answers ($${usd.toFixed(4)}) could not be stored and are lost.`);
    this.database?.close();
  }

  private get works(): boolean {
    return this.failedAt === undefined;
  }

  private writePending(): void {
    if (!this.works) return;
    try {
      this.drain();
    } catch (error) {
      if (!isBusy(error)) this.handle(error);
    }
  }

  /** Writes the outcomes of calls in order. One whose write fails stays first. */
  private drain(database = this.database): void {
    for (let first = this.pending[0]; first !== undefined; first = this.pending[0]) {
      try {
        database?.money.settle(first.id, first.paid);
      } catch (error) {
        // A row that no database accepts must not block the rows after it.
        if (!isBusy(error) && !isFailing(error)) this.pending.shift();
        throw error;
      }
      this.pending.shift();
    }
  }

  /** @returns `otherwise` if there is nothing to read */
  private read<T>(operation: (database: SqliteStore) => T, otherwise: T): T {
    this.writePending();
    for (const isLast of [false, true]) {
      try {
        return this.database === undefined ? otherwise : operation(this.database);
      } catch (error) {
        this.handle(error);
        if (!this.works || isLast) break;
      }
    }
    return otherwise;
  }

  /** Runs a write whose result is needed at once. Throws if it fails. */
  private change<T>(operation: (database: SqliteStore) => T): T {
    this.writePending();
    if (this.database !== undefined && this.canKeep()) {
      try {
        return operation(this.database);
      } catch (error) {
        // Another window held the lock for long, so that one more attempt may succeed.
        if (!isBusy(error)) this.handle(error);
        if (this.works) return operation(this.database);
      }
    }
    throw new Error(this.lastFailure);
  }

  /** After damage, goes on in a new database; after another failure, only reads. Rethrows other errors. */
  private handle(error: unknown): void {
    if (!isFailing(error)) throw error;
    if (!this.works) return;
    this.log.error(`Store: ${messageOf(error)}`);
    try {
      this.lastSpending = this.database?.money.spending() ?? this.lastSpending;
    } catch {
      // The database is damaged or gone.
    }
    if (isDamage(error)) {
      this.database?.close();
      this.database = undefined;
      this.failedAt = this.deps.clock.monotonic();
      if (!this.recover(true)) this.deps.onNotice(this.lastFailure ?? messageOf(error));
    } else this.stopWriting(error);
  }

  private stopWriting(error: unknown): void {
    this.failedAt = this.deps.clock.monotonic();
    this.lastFailure =
      `Easy Adaptation cannot write to ${this.database?.location} (${messageOf(error)}). The API is not asked until it ` +
      'can: free disk space or make the folder writable. Paid answers are kept in memory until the window or the run ends.';
    this.deps.onNotice(this.lastFailure);
  }

  /** Tries the disk again, at most every `retryMs` unless `now`. Returns true if all outcomes of calls are on disk. */
  private recover(now: boolean): boolean {
    const time = this.deps.clock.monotonic();
    if (!now && time < (this.failedAt ?? time) + retryMs) return false;
    if (this.failedAt !== undefined) this.failedAt = time;
    const { database, notice } = this.deps.reopen();
    if (database === undefined) {
      this.lastFailure ??= notice;
      return false;
    }
    if (notice !== undefined) this.deps.onNotice(notice);
    try {
      // Carries over what a new database must know. The write also shows whether the disk works.
      database.money.carry(this.lastSpending);
      this.drain(database);
    } catch {
      database.close();
      return false;
    }
    this.database?.close();
    this.database = database;
    this.failedAt = undefined;
    this.log.info(`The store is on the disk again: ${database.location}`);
    return true;
  }
}
