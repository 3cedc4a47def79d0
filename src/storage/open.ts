// Opens the store in a folder of the extension's storage, even if the database is damaged or the disk is full.
import { readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Clock, systemClock } from '../common/clock.ts';
import { CodedError, messageOf } from '../common/errors.ts';
import { makePrivate } from '../common/files.ts';
import { type Log, silentLog } from '../common/log.ts';
import { isDamage, openDatabase } from './database.ts';
import { SqliteStore } from './sqlite.ts';
import { type Opened, Store } from './store.ts';

export const databaseName = 'store.sqlite';
/** Suffixes of the database, its log and its shared memory. SQLite finds them by name. */
const fileSuffixes = ['', '-wal', '-shm'];

interface OpenDeps {
  readonly log?: Log;
  readonly clock?: Clock;
  /** Called with a sentence for the user if the store must be replaced later. */
  readonly onNotice?: (notice: string) => void;
}

/**
 * Opens or creates `folder`/store.sqlite. Never fails: a damaged database or one of another version is renamed, and
 * a store that cannot be opened is empty. `notice` then tells the user the problem and where the old data are.
 */
export function openStore(
  folder: string,
  deps: OpenDeps = {},
): { readonly store: Store; readonly notice: string | undefined } {
  const { log = silentLog, onNotice = () => {}, clock = systemClock } = deps;
  const opened = openOrReplace(folder, clock);
  const store = new Store(opened, {
    log,
    onNotice,
    clock,
    reopen: () => openOrReplace(folder, clock),
    deleteRenamed: () => deleteRenamed(folder, log),
  });
  return { store, notice: opened.notice };
}

/** For a process without a user: notices go to the log. */
export function openLogged(folder: string, log: Log): Store {
  const { store, notice } = openStore(folder, { log, onNotice: (message) => log.warn(message) });
  if (notice !== undefined) log.warn(notice);
  return store;
}

function openOrReplace(folder: string, clock: Clock): Opened {
  try {
    return { database: openFile(folder) };
  } catch (error) {
    if (isDamage(error) || (error instanceof CodedError && error.code === 'corrupt'))
      return replace(folder, 'corrupt', clock);
    if (error instanceof CodedError && error.code === 'other-version') return replace(folder, 'other-version', clock);
    return unusable(folder, error);
  }
}

function openFile(folder: string): SqliteStore {
  makePrivate(folder);
  const file = join(folder, databaseName);
  return new SqliteStore(openDatabase(file), file);
}

function replace(folder: string, reason: 'corrupt' | 'other-version', clock: Clock): Opened {
  const problem = { corrupt: 'was damaged', 'other-version': 'is from another version of the extension' }[reason];
  try {
    const renamedPath = renameDatabase(folder, reason, clock.now());
    const database = openFile(folder);
    const carried = carryPaid(renamedPath, database, reason);
    const notice =
      `The stored answers and adaptations could not be used: the database ${problem}. ` +
      `It was kept as ${renamedPath}, and a new one was started${carried}.`;
    return { database, notice };
  } catch (error) {
    return unusable(folder, error);
  }
}

function unusable(folder: string, error: unknown): Opened {
  return {
    notice:
      `${folder} cannot be used (${messageOf(error)}). Local suggestions go on; the API is not asked, and nothing is ` +
      'stored. Make the folder writable or free disk space.',
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

/**
 * The one reader of a database that was set aside: carries over the costs by month, so that the limit holds, and the
 * paid answers of another version. Answers in a damaged file may be damaged, too.
 * @returns what the notice adds
 */
function carryPaid(file: string, store: SqliteStore, reason: 'corrupt' | 'other-version'): string {
  let old: SqliteStore | undefined;
  try {
    old = new SqliteStore(new DatabaseSync(file, { readOnly: true }));
    const spending = old.money.spending();
    const isCopied = reason === 'other-version' && hasCopied(store, old);
    // Afterwards, because the answers hold the calls that may be settled later.
    store.money.carry(spending);
    return isCopied ? ' with its paid answers' : '';
  } catch {
    return '';
  } finally {
    old?.close();
  }
}

/** False if the answers are of another form: their costs count all the same. */
function hasCopied(store: SqliteStore, old: SqliteStore): boolean {
  try {
    store.copyPaidAnswers(old);
    return true;
  } catch {
    return false;
  }
}

function deleteRenamed(folder: string, log: Log): void {
  try {
    for (const name of readdirSync(folder))
      if (/^(corrupt|other-version)-\d{17}\.sqlite(-wal|-shm)?$/.test(name)) rmSync(join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') log.error('Store: deleting old databases failed', error);
  }
}
