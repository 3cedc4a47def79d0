// A lock that allows one run per folder among all processes of this machine. The system releases it if its owner dies.
//
// The lock is an open SQLite write transaction on a separate file, which uses an advisory lock of the operating system
// (fcntl, LockFileEx). A file beside it names the owner for messages only.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { failed, messageOf, ok, type Result } from '../common/errors.ts';
import { makeFolder, makePrivate, replaceFile } from '../common/files.ts';
import { isBusy, isDamage, openPrivately } from './database.ts';

export interface RunLock {
  release(): void;
}

interface Owner {
  readonly pid: number;
  /** ms since 1970. */
  readonly since: number;
  /** Name of the owner for messages: 'npm start' or the editor. */
  readonly who: string;
}

/**
 * Locks the folder `root` among all processes with the same `storage`. If the lock is taken, the failure names its
 * owner and start time. Never waits.
 */
export function lockRun(storage: string, root: string, who: string): Result<RunLock> {
  return lock(locksFolder(storage), lockNameOf(root), who, lockedMessage);
}

/** Locks a download, so that only one process writes its file. @param sha256 of the file */
export function lockDownload(storage: string, sha256: string, who: string): Result<RunLock> {
  const messageIfTaken = () => 'Another window is downloading this model. Wait for it, or cancel it there.';
  return lock(join(storage, 'downloads'), sha256.slice(0, 16), who, messageIfTaken);
}

/** @param messageIfTaken makes the message for a lock that another process holds */
function lock(folder: string, name: string, who: string, messageIfTaken: (path: string) => string): Result<RunLock> {
  const path = join(folder, `${name}.lock`);
  try {
    makePrivate(dirname(folder));
    makeFolder(folder);
    let database: DatabaseSync;
    try {
      database = openLocked(path);
    } catch (error) {
      if (isBusy(error)) return failed('locked', messageIfTaken(path));
      if (!isDamage(error)) throw error;
      // The file is always empty, so a damaged file is not a lock and can be deleted.
      rmSync(path);
      database = openLocked(path);
    }
    const owner: Owner = { pid: process.pid, since: Date.now(), who };
    replaceFile(ownerPath(path), [Buffer.from(JSON.stringify(owner))]);
    return ok({
      // The transaction is empty, and closing rolls it back.
      release: () => {
        if (database.isOpen) database.close();
      },
    });
  } catch (error) {
    return failed(
      'unwritable',
      `${folder} cannot be written (${messageOf(error)}). Free disk space or make it writable.`,
    );
  }
}

/** Describes a run in one of the folders, during which `storage` must not be deleted. Undefined if there is none. */
export function anyRun(storage: string): string | undefined {
  const folder = locksFolder(storage);
  if (!existsSync(folder)) return undefined;
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.lock'))) {
    const path = join(folder, name);
    try {
      openLocked(path).close();
    } catch (error) {
      if (!isBusy(error)) continue;
      return lockedMessage(path);
    }
  }
  return undefined;
}

function locksFolder(storage: string): string {
  return join(storage, 'locks');
}

/** Name of a folder's lock: a hash of its real path, which does not reveal the path. */
function lockNameOf(root: string): string {
  let real = root;
  try {
    real = realpathSync(root);
  } catch {
    // The folder may be gone, but its data can still be deleted.
  }
  return createHash('sha256').update(real).digest('hex').slice(0, 16);
}

const ownerPath = (lock: string) => `${lock.slice(0, -'.lock'.length)}.json`;

function openLocked(path: string): DatabaseSync {
  const database = openPrivately(path);
  try {
    database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function lockedMessage(lock: string): string {
  const owner = readOwner(ownerPath(lock));
  const since = owner && new Date(owner.since).toLocaleString('sv');
  const by = owner ? ` (${owner.who}, process ${owner.pid}, since ${since})` : '';
  return `Another run is active in this folder${by}. Wait for it to end, or stop it; its finished work is kept.`;
}

function readOwner(path: string): Owner | undefined {
  try {
    const { pid, since, who } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Owner>;
    return typeof pid === 'number' && typeof since === 'number' && typeof who === 'string'
      ? { pid, since, who: who.slice(0, 40) }
      : undefined;
  } catch {
    return undefined;
  }
}
