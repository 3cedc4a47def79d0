// The store on disk: one SQLite file in WAL mode, shared by every window and worker that opens it.

import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Outcome, Source } from '../common/completion.ts';
import { CodedError } from '../common/errors.ts';
import { monthOf, type Reservation, type Reserved } from '../common/teacher-call.ts';
import { columns, folderTables, migrations, schemaVersion } from './schema.ts';
import { type FinishedRun, keptCompletions, type Store } from './store.ts';
import type { AdaptationRow, CompletionRow, FolderRows, TeacherCallRow, Totals } from './types.ts';

/** Another window's write takes well under this; it is the longest that the host's thread may stand still. */
const busyTimeoutMs = 1500;
/** Old completions are dropped once per so many new ones. */
const trimEvery = 500;

type SqliteModule = typeof import('node:sqlite');

/** Node's SQLite, or undefined in an editor older than it. A plain import would stop the whole extension there. */
export function loadSqlite(): SqliteModule | undefined {
  return process.getBuiltinModule?.('node:sqlite') as SqliteModule | undefined;
}

/**
 * Opens `file` and brings it to the current version. Throws SQLite's own errors, and CodedError 'newer-version' or
 * 'corrupt'; the file is then closed and as it was.
 */
export function openDatabase(sqlite: SqliteModule, file: string): DatabaseSync {
  const database = new sqlite.DatabaseSync(file);
  try {
    // First of all: every later statement may meet another window's lock.
    database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    const version = userVersion(database);
    if (version > schemaVersion)
      throw new CodedError('newer-version', `It has version ${version}; this extension knows ${schemaVersion}.`);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON');
    const verdict = database.prepare('PRAGMA quick_check(1)').get()?.quick_check;
    if (verdict !== 'ok') throw new CodedError('corrupt', String(verdict));
    if (version < schemaVersion) migrate(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function userVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version);
}

function migrate(database: DatabaseSync): void {
  transact(database, () => {
    // Read again under the lock: another window may have been faster.
    for (let version = userVersion(database); version < schemaVersion; version++)
      database.exec(`${migrations[version]}; PRAGMA user_version = ${version + 1}`);
  });
}

function transact<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** SQLITE_READONLY_DBMOVED: what is written goes to a file that has no name any more, or another one's. */
const moved = 1032;

/** The file is not the one that was opened: its folder was removed, or it was replaced. */
class MovedError extends Error {
  readonly errcode = moved;
}

export class SqliteStore implements Store {
  readonly location: string;
  /** Device and inode of the database and its log, once seen. */
  private readonly identities = new Map<string, string>();
  private readonly database: DatabaseSync;
  private readonly statements = new Map<string, StatementSync>();
  private untilTrim = 1;

  constructor(database: DatabaseSync, location: string) {
    this.database = database;
    this.location = location;
    this.assertInPlace();
  }

  canKeep(): boolean {
    return true;
  }

  recordTeacherCall(row: TeacherCallRow): void {
    this.settle('', row);
  }

  reserve(reservation: Reservation, limitUsd: number): Reserved {
    const spentUsd = this.durably(() => {
      this.expire(reservation.at);
      const spent = this.spentInMonth(reservation.at);
      if (spent + reservation.usd > limitUsd) return spent;
      this.insert('reservations', reservation);
      return undefined;
    });
    if (spentUsd !== undefined) return { ok: false, why: 'limit', spentUsd };
    const kept = this.number('SELECT usd AS value FROM reservations WHERE id = ?', reservation.id);
    if (kept !== reservation.usd) throw new MovedError('what was written is not there');
    return { ok: true };
  }

  settle(id: string, paid: TeacherCallRow | undefined): void {
    this.durably(() => {
      this.run('DELETE FROM reservations WHERE id = ?', id);
      // It came after all, from a machine that slept: what was counted for it is not counted twice.
      const late = this.rows<TeacherCallRow>('SELECT * FROM teacherCalls WHERE requestHash = ?', unsettled(id))[0];
      if (late !== undefined) {
        this.run('DELETE FROM teacherCalls WHERE requestHash = ?', unsettled(id));
        this.spend(late.at, -late.costUsd);
      }
      if (paid !== undefined) this.pay(paid);
    });
  }

  spentInMonth(at: number): number {
    return (
      (this.number('SELECT sum(usd) AS value FROM spending WHERE month >= ?', monthOf(at)) ?? 0) +
      (this.number('SELECT sum(usd) AS value FROM reservations') ?? 0)
    );
  }

  /** US dollars by month, for a store that takes over. */
  spending(): Map<string, number> {
    return readSpending(this.database);
  }

  /** What another store knew of these months, where it knew of more: a new file gives no new money. */
  carrySpending(known: ReadonlyMap<string, number>): void {
    for (const [month, usd] of known) {
      this.run(
        'INSERT INTO spending VALUES (?, ?) ON CONFLICT (month) DO UPDATE SET usd = max(usd, excluded.usd)',
        month,
        usd,
      );
    }
  }

  /** Reservations that nobody is left to settle become calls without an answer: it may have been paid for. */
  private expire(now: number): void {
    for (const { id, at, purpose, model, usd } of this.rows<Reservation>(
      'SELECT * FROM reservations WHERE until < ?',
      now,
    )) {
      this.run('DELETE FROM reservations WHERE id = ?', id);
      this.pay(unanswered({ id, at, purpose, model, usd }));
    }
  }

  private pay(row: TeacherCallRow): void {
    this.insert('teacherCalls', row);
    this.spend(row.at, row.costUsd);
  }

  private spend(at: number, usd: number): void {
    this.run(
      'INSERT INTO spending VALUES (?, ?) ON CONFLICT (month) DO UPDATE SET usd = usd + excluded.usd',
      monthOf(at),
      usd,
    );
  }

  /** A transaction about money: it is on the disk, in the file that was opened, when this returns. */
  private durably<T>(work: () => T): T {
    this.assertInPlace();
    // FULL syncs the log at every commit; NORMAL, for all else, only at checkpoints.
    this.database.exec('PRAGMA synchronous = FULL');
    try {
      return transact(this.database, work);
    } finally {
      this.database.exec('PRAGMA synchronous = NORMAL');
      this.assertInPlace();
    }
  }

  /** A database whose folder was removed takes every write, and keeps none. */
  private assertInPlace(): void {
    for (const path of [this.location, `${this.location}-wal`]) {
      const found = statSync(path, { bigint: true, throwIfNoEntry: false });
      const known = this.identities.get(path);
      const identity = found === undefined ? undefined : `${found.dev} ${found.ino}`;
      if (known !== undefined && identity !== known) throw new MovedError(`${path} was removed or replaced`);
      if (identity !== undefined) this.identities.set(path, identity);
    }
  }

  findTeacherCall(requestHash: string): TeacherCallRow | undefined {
    return this.rows<TeacherCallRow>(
      'SELECT * FROM teacherCalls WHERE requestHash = ? ORDER BY at DESC, rowid DESC LIMIT 1',
      requestHash,
    )[0];
  }

  spentSince(at: number): number {
    return this.number('SELECT sum(costUsd) AS value FROM teacherCalls WHERE at >= ?', at) ?? 0;
  }

  recordCompletion(row: CompletionRow): void {
    this.insert('completions', row);
    if (--this.untilTrim > 0) return;
    this.untilTrim = trimEvery;
    this.run(
      'DELETE FROM completions WHERE rowid IN (SELECT rowid FROM completions ORDER BY at DESC, rowid DESC LIMIT -1 OFFSET ?)',
      keptCompletions,
    );
  }

  setOutcome(id: string, outcome: Outcome): void {
    this.run('UPDATE completions SET outcome = ? WHERE id = ?', outcome, id);
  }

  recentCompletions(limit: number): CompletionRow[] {
    return this.rows('SELECT * FROM completions ORDER BY at DESC, rowid DESC LIMIT ?', limit);
  }

  rowsOf(folder: string): FolderRows {
    const of = <T>(table: keyof typeof columns, order: string) =>
      this.rows<T>(`SELECT * FROM ${table} WHERE folder = ? ORDER BY ${order}`, folder);
    return {
      teacherCalls: of<TeacherCallRow>('teacherCalls', 'at, rowid'),
      completions: of<CompletionRow>('completions', 'at, rowid'),
      adaptations: of<AdaptationRow>('adaptations', 'finishedAt DESC, rowid DESC'),
    };
  }

  totals(sinceMs = 0): Totals {
    const groups = new Map(
      this.rows<{ source: Source; count: number; accepted: number; savedUsd: number }>(
        `SELECT source, count(*) AS count, sum(savedUsd) AS savedUsd,
           sum(outcome IN ('accepted', 'partly-accepted')) AS accepted
         FROM completions WHERE at >= ? GROUP BY source`,
        sinceMs,
      ).map((group) => [group.source, group]),
    );
    const sum = (value: 'accepted' | 'savedUsd') =>
      [...groups.values()].reduce((total, group) => total + group[value], 0);
    const local = groups.get('specialist')?.count ?? 0;
    const api = groups.get('api')?.count ?? 0;
    // Nearest rank, as in common/quality.ts.
    const latency = (source: string, of: number, p: number) =>
      this.number(
        'SELECT latencyMs AS value FROM completions WHERE at >= ? AND source = ? ORDER BY latencyMs LIMIT 1 OFFSET ?',
        sinceMs,
        source,
        Math.max(0, Math.ceil(p * of) - 1),
      );
    return {
      completions: local + api,
      local,
      api,
      accepted: sum('accepted'),
      spentUsd: this.spentSince(sinceMs),
      savedUsd: sum('savedUsd'),
      localP50Ms: latency('specialist', local, 0.5),
      localP95Ms: latency('specialist', local, 0.95),
      apiP50Ms: latency('api', api, 0.5),
      apiP95Ms: latency('api', api, 0.95),
    };
  }

  recordAdaptation(folder: string, run: FinishedRun): AdaptationRow {
    const row = adaptationRow(folder, run);
    this.insert('adaptations', row);
    return row;
  }

  latestAdaptation(folder: string): AdaptationRow | undefined {
    return this.rows<AdaptationRow>(
      'SELECT * FROM adaptations WHERE folder = ? ORDER BY finishedAt DESC, rowid DESC LIMIT 1',
      folder,
    )[0];
  }

  adaptations(): AdaptationRow[] {
    return this.rows('SELECT * FROM adaptations ORDER BY finishedAt DESC, rowid DESC');
  }

  /** Everything that is stored, for a store that takes over. */
  allTeacherCalls(): TeacherCallRow[] {
    return this.rows('SELECT * FROM teacherCalls ORDER BY at, rowid');
  }

  deleteAdaptations(folder: string): void {
    this.deleteFrom(['adaptations'], ' WHERE folder = ?', folder);
  }

  deleteFolderData(folder: string): void {
    this.deleteFrom(folderTables, ' WHERE folder = ?', folder);
  }

  deleteAll(): void {
    this.run('DELETE FROM spending WHERE month < ?', monthOf(Date.now()));
    this.deleteFrom(folderTables, '');
  }

  close(): void {
    this.statements.clear();
    if (this.database.isOpen) this.database.close();
  }

  /** Wipes the rows from the file (secure_delete), and from the log, which still holds the pages they were on. */
  private deleteFrom(tables: readonly string[], condition: string, ...values: SQLInputValue[]): void {
    transact(this.database, () => {
      for (const table of tables) this.run(`DELETE FROM ${table}${condition}`, ...values);
    });
    this.database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  private insert(table: keyof typeof columns, row: object): void {
    const names = columns[table];
    const values = names.map((name) => (row as Record<string, SQLInputValue>)[name] ?? null);
    this.run(
      `INSERT OR REPLACE INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
      ...values,
    );
  }

  private run(sql: string, ...values: SQLInputValue[]): void {
    this.statement(sql).run(...values);
  }

  private rows<T>(sql: string, ...values: SQLInputValue[]): T[] {
    // Rows come with a null prototype, which deepEqual and structured clone tell from plain objects.
    return this.statement(sql)
      .all(...values)
      .map((row) => ({ ...row }) as T);
  }

  private number(sql: string, ...values: SQLInputValue[]): number | undefined {
    const value = this.statement(sql).get(...values)?.value;
    return value === null || value === undefined ? undefined : Number(value);
  }

  private statement(sql: string): StatementSync {
    let statement = this.statements.get(sql);
    if (statement === undefined) {
      statement = this.database.prepare(sql);
      this.statements.set(sql, statement);
    }
    return statement;
  }
}

/** US dollars by month. Throws where the table cannot be read. */
export function readSpending(database: DatabaseSync): Map<string, number> {
  const rows = database.prepare('SELECT month, usd FROM spending').all() as { month: string; usd: number }[];
  return new Map(rows.map(({ month, usd }) => [month, usd]));
}

function unsettled(id: string): string {
  return `unsettled:${id}`;
}

/** The row of a reservation whose answer nobody saw: it counts as paid for, with all that it may have cost. */
export function unanswered({ id, at, purpose, model, usd }: Omit<Reservation, 'until'>): TeacherCallRow {
  const tokens = { inputTokens: 0, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 0 };
  const nothing = { folder: '', path: '', text: '', ...tokens, latencyMs: 0 };
  return { at, requestHash: unsettled(id), purpose, model, costUsd: usd, ...nothing };
}

export function adaptationRow(folder: string, run: FinishedRun): AdaptationRow {
  return {
    id: randomUUID(),
    folder,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    report: JSON.stringify(run.report),
    coupling: JSON.stringify(run.coupling),
  };
}
