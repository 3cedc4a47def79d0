// One run a folder, among all processes of this machine: a lock that the system lets go of when its owner dies, however it dies.
//
// SQLite holds it: an open write transaction on a file of its own, which is an advisory lock of the operating system
// (fcntl, LockFileEx). A file beside it tells people who holds it; all that is decided by what that says is whether asking helps: what goes
// on by itself gives way to everybody, who asks with a third file.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemClock } from '../common/clock.ts';
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
  readonly givesWay?: true;
}

/** How often who gives way looks whether it was asked to, and how long who asks waits, ms: an engine has to end, and an index may be under way. */
const LOOK_MS = 200;
const WAIT_MS = 10_000;

/** Takes the lock of the folder `root` among all who keep their data in `storage`, or says who has it and since when. Never waits. */
export function lockRun(storage: string, root: string, who: string): Result<RunLock> {
  return lock(locksFolder(storage), nameOf(root), { who }, wording);
}

/** The same; who has it and gives way is asked to, and waited for. Fails with 'cancelled' where the signal says so meanwhile. */
export async function askForRunLock(
  storage: string,
  root: string,
  who: string,
  signal?: AbortSignal,
): Promise<Result<RunLock>> {
  for (let waited = 0; ; waited += LOOK_MS) {
    const taken = lockRun(storage, root, who);
    if (taken.ok || taken.error.code !== 'locked') return taken;
    if (signal?.aborted) return failed('cancelled', 'Cancelled.');
    if (waited >= WAIT_MS || !askedToGiveWay(join(locksFolder(storage), `${nameOf(root)}.lock`))) return taken;
    await systemClock.sleep(LOOK_MS, signal).catch(() => {});
  }
}

/** The same for what gives way to all others. @param asked called when another asks for it */
export function lockRunUntilAsked(storage: string, root: string, who: string, asked: () => void): Result<RunLock> {
  const name = nameOf(root);
  const taken = lock(locksFolder(storage), name, { who, givesWay: true }, wording);
  if (!taken.ok) return taken;
  const request = askedPath(join(locksFolder(storage), `${name}.lock`));
  // Who asked the one before, and is still there, asks again.
  rmSync(request, { force: true });
  const looking = setInterval(() => {
    if (!existsSync(request)) return;
    clearInterval(looking);
    asked();
  }, LOOK_MS).unref();
  const release = () => {
    clearInterval(looking);
    rmSync(request, { force: true });
    taken.value.release();
  };
  return ok({ release });
}

/** What goes on by itself does so one folder at a time, among all windows. */
export function lockOnward(storage: string, who: string): Result<RunLock> {
  return lock(join(storage, 'onward'), 'any', { who }, () => 'Another folder goes on by itself just now.');
}

/**
 * The same for a model that is to be in memory once, among all windows.
 * @param weights hash of its weights
 */
export function lockModel(storage: string, weights: string, who: string): Result<RunLock> {
  return lock(join(storage, 'models'), weights.slice(0, 16), { who }, () => 'Another window has this model in memory.');
}

/** @param taken what to say of a lock that somebody else has */
function lock(
  folder: string,
  name: string,
  by: Pick<Owner, 'who' | 'givesWay'>,
  taken: (path: string) => string,
): Result<RunLock> {
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
    const owner: Owner = { pid: process.pid, since: Date.now(), ...by };
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

/** Why nothing of `storage` may be taken away now: the run that is at work in one of its folders, asked to end where it gives way; undefined where there is none. */
export function anyRun(storage: string): string | undefined {
  const folder = locksFolder(storage);
  if (!existsSync(folder)) return undefined;
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.lock'))) {
    const path = join(folder, name);
    try {
      hold(path).close();
    } catch (error) {
      if (!isBusy(error)) continue;
      askedToGiveWay(path);
      return wording(path);
    }
  }
  return undefined;
}

/** False where who has it does not give way, or cannot be asked. */
function askedToGiveWay(lock: string): boolean {
  if (!readOwner(ownerPath(lock))?.givesWay) return false;
  try {
    writeFileSync(askedPath(lock), '');
    return true;
  } catch {
    return false;
  }
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
const askedPath = (lock: string) => `${lock.slice(0, -'.lock'.length)}.asked`;

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
  if (owner?.givesWay)
    return `The adaptation of this folder goes on by itself${by}, and does not end at once. Try again in a few minutes.`;
  return `Another run is at work in this folder${by}. Wait for it to end, or stop it; what it has done so far is kept.`;
}

function readOwner(path: string): Owner | undefined {
  try {
    const { pid, since, who, givesWay } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Owner>;
    return typeof pid === 'number' && typeof since === 'number' && typeof who === 'string'
      ? { pid, since, who: who.slice(0, 40), ...(givesWay === true && { givesWay }) }
      : undefined;
  } catch {
    return undefined;
  }
}
