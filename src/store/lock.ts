// One run a folder, among all processes of this machine: a lock that the system lets go of when its owner dies, however it dies.
//
// SQLite holds it: an open write transaction on a file of its own, which is an advisory lock of the operating system
// (fcntl, LockFileEx). A file beside it tells people who holds it; nothing is decided by what that says.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { failed, messageOf, ok, type Result } from '../common/errors.ts';
import { replaceFile } from '../common/files.ts';
import { isDamage, resultCode } from './resilient.ts';
import { loadSqlite } from './sqlite.ts';

export const lockName = 'run.lock';
const ownerName = 'run.json';

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

const busy = new Set([5, 6]);

/** Takes the lock of `folder` (made if missing), or says who has it and since when. Never waits. */
export function lockRun(folder: string, who: string): Result<RunLock> {
  const sqlite = loadSqlite();
  const path = join(folder, lockName);
  // An editor that old keeps no answers and so pays for none.
  if (sqlite === undefined) return ok({ release() {} });
  try {
    mkdirSync(folder, { recursive: true });
    let database: DatabaseSync;
    try {
      database = hold(sqlite, path);
    } catch (error) {
      if (busy.has(resultCode(error) ?? 0)) return failed('locked', wording(folder));
      if (!isDamage(error)) throw error;
      // It is empty, always: what is no database can be nobody's lock.
      rmSync(path);
      database = hold(sqlite, path);
    }
    const owner: Owner = { pid: process.pid, since: Date.now(), who };
    replaceFile(join(folder, ownerName), [Buffer.from(JSON.stringify(owner))]);
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

function hold(sqlite: typeof import('node:sqlite'), path: string): DatabaseSync {
  const database = new sqlite.DatabaseSync(path);
  try {
    database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function wording(folder: string): string {
  const owner = readOwner(join(folder, ownerName));
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
