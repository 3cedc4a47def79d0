// A SQLite database: schema, prepared statements, transactions, and the kinds of its errors.
// It is on disk in WAL mode, shared by all processes that open it.
import { closeSync, existsSync, openSync, statSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { CodedError, messageOf } from '../common/errors.ts';
import { newFileMode } from '../common/files.ts';
import { CHANGES, type Change, FIRST_VERSION } from './changes.ts';

/** Of the version that all changes (changes.ts) lead to. */
export const schema = `
   CREATE TABLE llmCalls (
     at REAL NOT NULL, requestHash TEXT NOT NULL, purpose TEXT NOT NULL, folder TEXT NOT NULL, path TEXT NOT NULL,
     model TEXT NOT NULL, text TEXT NOT NULL, inputTokens INTEGER NOT NULL, cacheWriteTokens INTEGER NOT NULL,
     cacheReadTokens INTEGER NOT NULL, outputTokens INTEGER NOT NULL, costUsd REAL NOT NULL, latencyMs REAL NOT NULL
   ) STRICT;
   CREATE INDEX llmCallsByHash ON llmCalls (requestHash);
   CREATE INDEX llmCallsByTime ON llmCalls (at);
   CREATE TABLE adaptations (
     id TEXT PRIMARY KEY, folder TEXT NOT NULL, startedAt REAL NOT NULL, finishedAt REAL NOT NULL,
     report TEXT NOT NULL, router TEXT NOT NULL
   ) STRICT;
   CREATE INDEX adaptationsByFolder ON adaptations (folder, finishedAt);
   -- Costs are separate from texts, which may be deleted. Months are in local time, as in common/paid-call.ts.
   CREATE TABLE spending (month TEXT PRIMARY KEY, usd REAL NOT NULL) STRICT;
   -- Spending made while the clock was ahead, and the earlier month that first noticed it. It counts in both months,
   -- and in no month between them.
   CREATE TABLE carriedSpending (
     month TEXT NOT NULL, countedIn TEXT NOT NULL, usd REAL NOT NULL, PRIMARY KEY (month, countedIn)
   ) STRICT;
   -- Measurements and finished stages of adaptations. Files and the author's text are stored only as hashes.
   CREATE TABLE answers (
     folder TEXT NOT NULL, place TEXT NOT NULL, path TEXT NOT NULL, model TEXT NOT NULL, draft TEXT NOT NULL,
     loss TEXT NOT NULL,
     PRIMARY KEY (folder, model, place)
   ) STRICT;
   CREATE TABLE stages (
     folder TEXT NOT NULL, stage TEXT NOT NULL, signature TEXT NOT NULL, at REAL NOT NULL, made TEXT NOT NULL,
     PRIMARY KEY (folder, stage)
   ) STRICT;`;

/** Tables with data of folders. */
export const folderTables = ['llmCalls', 'adaptations', 'answers', 'stages'] as const;

/** Tables that `Database.insert` accepts. */
export type StoreTable = (typeof folderTables)[number];

const busyCodes = [5, 6];
const damageCodes = [11, 26];
/** Out of memory, read-only, I/O error, disk full, cannot open. Any other code is a programming error and is thrown. */
const failureCodes = [7, 8, 10, 13, 14, ...damageCodes];
/** SQLITE_READONLY_DBMOVED: the open file was deleted or renamed, so writes would be lost. */
const movedCode = 1032;

/** The opened file was replaced, or its folder was removed. */
export class MovedError extends Error {
  readonly errcode = movedCode;
}

/** Whether another process or connection holds the lock. */
export const isBusy = (error: unknown): boolean => hasCode(error, busyCodes);
/** Whether the file is no database or is damaged. */
export const isDamage = (error: unknown): boolean => hasCode(error, damageCodes);
/** Whether the database cannot be used any more, including damage. */
export const isFailing = (error: unknown): boolean => hasCode(error, failureCodes);

function hasCode(error: unknown, codes: readonly number[]): boolean {
  const { errcode } = (error ?? {}) as { errcode?: unknown };
  return typeof errcode === 'number' && codes.includes(errcode & 0xff);
}

/** Longest time that the extension host's thread may block. A write of another window takes much less. */
const busyTimeoutMs = 1500;

/**
 * Opens `file`, makes the tables in a new one, and changes those of an earlier version. Throws SQLite's errors, and
 * CodedError 'other-version' or 'corrupt'. The file is then closed, and its data is unchanged.
 */
export function openDatabase(file = ':memory:', changes = CHANGES): DatabaseSync {
  const newest = FIRST_VERSION + changes.length;
  const database = file === ':memory:' ? new DatabaseSync(file) : openPrivately(file);
  try {
    // This must come first, because every later statement may meet another window's lock.
    database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    const version = userVersion(database);
    if (version !== 0 && (version < FIRST_VERSION || version > newest))
      throw new CodedError('other-version', `It has version ${version}; this extension knows ${newest}.`);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON');
    const verdict = database.prepare('PRAGMA quick_check(1)').get()?.quick_check;
    if (verdict !== 'ok') throw new CodedError('corrupt', String(verdict));
    if (version < newest) {
      transact(database, () => {
        // Read again under the lock, because another window may have made or changed the tables.
        const found = userVersion(database);
        if (found >= newest) return;
        if (found === 0) database.exec(schema);
        else change(database, changes.slice(found - FIRST_VERSION));
        database.exec(`PRAGMA user_version = ${newest}`);
      });
    }
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Opens or creates the file. SQLite gives its log and shared memory the mode of the file. */
export function openPrivately(file: string): DatabaseSync {
  // An existing file must not be opened here: closing it would release the locks that this process has on it.
  if (!existsSync(file)) createFile(file);
  return new DatabaseSync(file);
}

function createFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', newFileMode(file)));
  } catch {
    // Another process has created it, or the folder cannot be written, and SQLite says so.
  }
}

function userVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version);
}

/** Throws CodedError 'other-version' if a change fails on what is stored. */
function change(database: DatabaseSync, changes: readonly Change[]): void {
  try {
    for (const apply of changes) apply(database);
  } catch (error) {
    if (isBusy(error) || isFailing(error)) throw error;
    throw new CodedError('other-version', messageOf(error));
  }
}

function transact<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    try {
      database.exec('ROLLBACK');
    } catch {
      // SQLite has already rolled back.
    }
    throw error;
  }
}

export class Database {
  /** The database file, or undefined if the database is in memory. */
  readonly location: string | undefined;
  /** Device and inode of the database file and its log, as first seen. */
  private readonly identities = new Map<string, string>();
  private readonly database: DatabaseSync;
  private readonly statements = new Map<string, StatementSync>();

  /** @param database from `openDatabase`; this object takes ownership */
  constructor(database: DatabaseSync, location?: string) {
    this.database = database;
    this.location = location;
    this.assertInPlace();
  }

  /** Inserts a row whose fields are the table's columns. Replaces a row with the same key. */
  insert(table: StoreTable, row: object): void {
    const columns = this.rows<{ name: string }>('SELECT name FROM pragma_table_info(?)', table);
    const values = columns.map(({ name }) => (row as Record<string, SQLInputValue>)[name] ?? null);
    this.run(`INSERT OR REPLACE INTO ${table} VALUES (${columns.map(() => '?').join(', ')})`, ...values);
  }

  run(sql: string, ...values: SQLInputValue[]): void {
    this.statement(sql).run(...values);
  }

  rows<T>(sql: string, ...values: SQLInputValue[]): T[] {
    // SQLite's rows have a null prototype, so deepEqual would not equal them to plain objects.
    return this.statement(sql)
      .all(...values)
      .map((row) => ({ ...row }) as T);
  }

  /** The column `value` of the first row. Undefined if there is no row or the value is null. */
  number(sql: string, ...values: SQLInputValue[]): number | undefined {
    const value = this.statement(sql).get(...values)?.value;
    return value === null || value === undefined ? undefined : Number(value);
  }

  /** Runs a transaction about money. When this returns, the data is on disk, in the file that was opened. */
  transactDurably<T>(work: () => T): T {
    this.assertInPlace();
    // FULL syncs the log at every commit. NORMAL, for everything else, syncs only at checkpoints.
    this.database.exec('PRAGMA synchronous = FULL');
    try {
      return transact(this.database, work);
    } finally {
      this.database.exec('PRAGMA synchronous = NORMAL');
      this.assertInPlace();
    }
  }

  /** Runs the work in one transaction. */
  inTransaction(work: () => void): void {
    transact(this.database, work);
  }

  /** Erases rows from the file (secure_delete) and from the log, which still contains their pages. */
  wipe(tables: readonly StoreTable[], condition = '', ...values: SQLInputValue[]): void {
    transact(this.database, () => {
      for (const table of tables) this.run(`DELETE FROM ${table} ${condition}`, ...values);
    });
    this.database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  close(): void {
    this.statements.clear();
    if (this.database.isOpen) this.database.close();
  }

  /** Throws if the file was removed or replaced. SQLite would accept every write and lose it. */
  private assertInPlace(): void {
    if (this.location === undefined) return;
    for (const path of [this.location, `${this.location}-wal`]) {
      const found = statSync(path, { bigint: true, throwIfNoEntry: false });
      const known = this.identities.get(path);
      const identity = found === undefined ? undefined : `${found.dev} ${found.ino}`;
      if (known !== undefined && identity !== known) throw new MovedError(`${path} was removed or replaced`);
      if (identity !== undefined) this.identities.set(path, identity);
    }
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
