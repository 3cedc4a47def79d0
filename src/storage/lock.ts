// One run a folder, among all processes of this machine: a lock that the system lets go of when its owner dies, however it dies.
//
// SQLite holds it: an open write transaction on a file of its own, which is an advisory lock of the operating system
// (fcntl, LockFileEx). A file beside it tells people who holds it; nothing is decided by what that says.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { failed, messageOf, ok, type Result } from '../common/errors.ts';
import { replaceFile } from '../common/files.ts';
import { isBusy, isDamage } from './sqlite-errors.ts';

export interface RunLock {
  release(): void;
}

interface Owner {
  readonly pid: number;
  /** ms since 1970. */
  readonly since: number;
  /** 'npm start' or the editor, for people. */
  readonly who: string;
}

/** Takes the lock of the folder `root` among all who keep their data in `storage`, or says who has it and since when. Never waits. */
export function lockRun(storage: string, root: string, who: string): Result<RunLock> {
  return lock(locksFolder(storage), nameOf(root), who, wording);
}

/**
 * The same for a model that is to be in memory once, among all windows.
 * @param weights hash of its weights
 */
export function lockModel(storage: string, weights: string, who: string): Result<RunLock> {
  return lock(join(storage, 'models'), weights.slice(0, 16), who, () => 'Another window has this model in memory.');
}

/** @param taken what to say of a lock that somebody else has */
function lock(folder: string, name: string, who: string, taken: (path: string) => string): Result<RunLock> {
  const path = join(folder, `${name}.lock`);
  try {
    mkdirSync(folder, { recursive: true });
    let database: DatabaseSync;
    try {
      database = hold(path);
    } catch (error) {
      if (isBusy(error)) return failed('locked', taken(path));
      if (!isDamage(error)) throw error;
      // It is empty, always: what is no database can be nobody's lock.
      rmSync(path);
      database = hold(path);
    }
    const owner: Owner = { pid: process.pid, since: Date.now(), who };
    replaceFile(ownerPath(path), [Buffer.from(JSON.stringify(owner))]);
    return ok({
      // Nothing was changed: closing rolls the empty transaction back.
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

/** Why nothing of `storage` may be taken away now: the run that is at work in one of its folders; undefined where there is none. */
export function anyRun(storage: string): string | undefined {
  const folder = locksFolder(storage);
  if (!existsSync(folder)) return undefined;
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.lock'))) {
    const path = join(folder, name);
    try {
      hold(path).close();
    } catch (error) {
      if (!isBusy(error)) continue;
      return wording(path);
    }
  }
  return undefined;
}

function locksFolder(storage: string): string {
  return join(storage, 'locks');
}

/** One folder has one lock, whichever of its names is used; the lock's name tells nothing of it. */
function nameOf(root: string): string {
  let real = root;
  try {
    real = realpathSync(root);
  } catch {
    // It may be gone: what is kept of it can still be deleted.
  }
  return createHash('sha256').update(real).digest('hex').slice(0, 16);
}

const ownerPath = (lock: string) => `${lock.slice(0, -'.lock'.length)}.json`;

function hold(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function wording(lock: string): string {
  const owner = readOwner(ownerPath(lock));
  const since = owner && new Date(owner.since).toLocaleString('sv');
  const by = owner ? ` (${owner.who}, process ${owner.pid}, since ${since})` : '';
  return `Another run is at work in this folder${by}. Wait for it to end, or stop it; what it has done so far is kept.`;
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
