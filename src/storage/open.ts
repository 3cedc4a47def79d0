// Opens the store in a folder of the extension's storage, even if the database is damaged or the disk is full.

import { readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Clock, systemClock } from '../common/clock.ts';
import { CodedError, messageOf } from '../common/errors.ts';
import { makePrivate } from '../common/files.ts';
import { type Log, silentLog } from '../common/log.ts';
import { Database, openDatabase } from './database.ts';
import { type KnownSpending, Money } from './money.ts';
import { type ResilientDeps, ResilientStore } from './resilient.ts';
import { SqliteStore } from './sqlite.ts';
import { isDamage } from './sqlite-errors.ts';

export const databaseName = 'store.sqlite';
/** Suffixes of the database, its log and its shared memory. SQLite finds them by name. */
const fileSuffixes = ['', '-wal', '-shm'];

export interface StoreDeps {
  readonly log?: Log;
  readonly clock?: Clock;
  /** Called with a sentence for the user if the store must be replaced later. */
  readonly onNotice?: (notice: string) => void;
}

export interface OpenedStore {
  readonly store: ResilientStore;
  /** For the user: the problem and the location of the old data. */
  readonly notice?: string;
}

/**
 * Opens or creates `folder`/store.sqlite. Never fails: a damaged database or one of a later version is renamed, and the
 * store is kept in memory if the disk cannot be written. `notice` then says so.
 */
export function openStore(folder: string, deps: StoreDeps = {}): OpenedStore {
  const opened = openOrReplace(folder, deps);
  const { log, onNotice, clock } = deps;
  const resilience: ResilientDeps = {
    ...(log && { log }),
    ...(onNotice && { onNotice }),
    ...(clock && { monotonic: () => clock.monotonic() }),
    replaceDamaged: () => replace(folder, 'corrupt', deps),
    reopen: () => openFile(folder),
    deleteRenamed: () => deleteRenamed(folder, log ?? silentLog),
  };
  const store = new ResilientStore(opened.store, resilience, opened.notice);
  return opened.notice === undefined ? { store } : { store, notice: opened.notice };
}

interface Opened {
  readonly store: SqliteStore;
  readonly notice?: string;
}

function openOrReplace(folder: string, deps: StoreDeps): Opened {
  try {
    return { store: openFile(folder) };
  } catch (error) {
    if (isDamage(error) || (error instanceof CodedError && error.code === 'corrupt'))
      return replace(folder, 'corrupt', deps);
    if (error instanceof CodedError && error.code === 'newer-version') return replace(folder, 'newer-version', deps);
    return inMemory(folder, error);
  }
}

function openFile(folder: string): SqliteStore {
  makePrivate(folder);
  const file = join(folder, databaseName);
  return new SqliteStore(openDatabase(file), file);
}

function replace(folder: string, reason: 'corrupt' | 'newer-version', deps: StoreDeps): Opened {
  const problem = { corrupt: 'was damaged', 'newer-version': 'is from a later version of the extension' }[reason];
  try {
    const renamedPath = renameDatabase(folder, reason, (deps.clock ?? systemClock).now());
    const store = openFile(folder);
    // Keep the month's spending for the limit, if the old database can still be read.
    const spending = spendingOf(renamedPath);
    if (spending !== undefined) store.money.carry(spending);
    const notice =
      `The stored completions and API answers could not be used: the database ${problem}. ` +
      `It was kept as ${renamedPath}, and a new one was started.`;
    return { store, notice };
  } catch (error) {
    return inMemory(folder, error);
  }
}

function inMemory(folder: string, error: unknown): Opened {
  return {
    store: new SqliteStore(),
    notice:
      `Completions are kept in memory only and end with this session, and the API is not asked: ${folder} cannot be used ` +
      `(${messageOf(error)}).`,
  };
}

/** Renames the database with its companions; returns the new path. */
function renameDatabase(folder: string, reason: string, now: number): string {
  const stamp = new Date(now).toISOString().replace(/\D/g, '').slice(0, 17);
  const renamedPath = join(folder, `${reason}-${stamp}.sqlite`);
  for (const suffix of fileSuffixes) {
    try {
      renameSync(join(folder, databaseName + suffix), renamedPath + suffix);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return renamedPath;
}

/** Undefined if the file cannot be read. */
function spendingOf(file: string): KnownSpending | undefined {
  let database: Database | undefined;
  try {
    database = new Database(new DatabaseSync(file, { readOnly: true }));
    return new Money(database).spending();
  } catch {
    return undefined;
  } finally {
    database?.close();
  }
}

function deleteRenamed(folder: string, log: Log): void {
  try {
    for (const name of readdirSync(folder))
      if (/^(corrupt|newer-version)-\d{17}\.sqlite(-wal|-shm)?$/.test(name)) rmSync(join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') log.error('Store: deleting old databases failed', error);
  }
}
