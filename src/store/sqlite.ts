// The store on disk: one SQLite file in WAL mode, shared by every window and worker that opens it.

import { randomUUID } from 'node:crypto';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Outcome, Source } from '../common/completion.ts';
import { CodedError } from '../common/errors.ts';
import { columns, migrations, schemaVersion } from './schema.ts';
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

function transact(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

export class SqliteStore implements Store {
  readonly location: string;
  private readonly database: DatabaseSync;
  private readonly statements = new Map<string, StatementSync>();
  private untilTrim = 1;

  constructor(database: DatabaseSync, location: string) {
    this.database = database;
    this.location = location;
  }

  recordTeacherCall(row: TeacherCallRow): void {
    // FULL syncs the log at every commit; NORMAL, for all else, only at checkpoints.
    this.database.exec('PRAGMA synchronous = FULL');
    try {
      this.insert('teacherCalls', row);
    } finally {
      this.database.exec('PRAGMA synchronous = NORMAL');
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
    this.deleteFrom(Object.keys(columns), ' WHERE folder = ?', folder);
  }

  deleteAll(): void {
    this.deleteFrom(Object.keys(columns), '');
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
