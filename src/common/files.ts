// Files that are swapped, never edited: a crash at any moment leaves the old or the new one whole. Our storage folder
// is its user's alone, and so is everything in it. The mode of a new file or folder follows that of its folder.
import { createHash, randomInt } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';

/** Permissions of group and others. */
const others = 0o077;

/**
 * Makes a storage folder of ours accessible to its user alone, with all that it holds. Call it when the folder is
 * opened. On Windows, the user's profile folder has the access list. Throws if the folder cannot be created.
 */
export function makePrivate(folder: string): void {
  makeFolder(dirname(folder));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (process.platform === 'win32') return;
  restrict(folder);
  try {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
      if (entry.isFile() || entry.isDirectory()) restrict(join(entry.parentPath, entry.name));
  } catch {
    // Another process has removed a folder. Nobody reaches what is left, since `folder` is private.
  }
}

/** Removes the permissions of group and others. */
function restrict(path: string): void {
  try {
    const { mode } = lstatSync(path);
    if ((mode & others) !== 0) chmodSync(path, mode & 0o7777 & ~others);
  } catch {
    // The file is gone, or the file system keeps no modes: then its own rules hold.
  }
}

function isPrivate(folder: string): boolean {
  const mode = statSync(folder, { throwIfNoEntry: false })?.mode ?? others;
  return process.platform !== 'win32' && (mode & others) === 0;
}

/** Mode for creating a file at `path`: in a private folder the file is private, elsewhere the umask decides. */
export function newFileMode(path: string): number {
  return isPrivate(dirname(path)) ? 0o600 : 0o666;
}

/** Creates the folder and its missing parents: private ones in a private folder. */
export function makeFolder(path: string): void {
  let parent = dirname(path);
  while (!existsSync(parent) && dirname(parent) !== parent) parent = dirname(parent);
  mkdirSync(path, { recursive: true, mode: isPrivate(parent) ? 0o700 : 0o777 });
}

/**
 * Writes the pieces one after the other to a file beside `path`, flushes it to the disk, and renames it over `path`.
 */
export function replaceFile(path: string, pieces: Iterable<Uint8Array>): void {
  makeFolder(dirname(path));
  sweepTemporary(dirname(path));
  const temporary = temporaryFor(path);
  const file = openSync(temporary, 'wx', newFileMode(path));
  try {
    for (const piece of pieces) {
      for (let done = 0; done < piece.length; ) done += writeSync(file, piece, done, piece.length - done);
    }
    fsyncSync(file);
  } catch (error) {
    closeSync(file);
    rmSync(temporary, { force: true });
    throw error;
  }
  closeSync(file);
  renameSync(temporary, path);
}

/**
 * As `replaceFile`, for a text that arrives in chunks and a folder that is not ours: only leftovers of this file are
 * removed. Rejects as `chunks` does.
 */
export async function replaceFileFromStream(path: string, chunks: AsyncIterable<string>): Promise<void> {
  sweepTemporary(dirname(path), 'flat', basename(path));
  const temporary = temporaryFor(path);
  const file = await open(temporary, 'wx', 0o666);
  try {
    await file.writeFile(chunks);
    await file.sync();
  } catch (error) {
    await file.close();
    await rm(temporary, { force: true });
    throw error;
  }
  await file.close();
  await rename(temporary, path);
}

/** Identifies this machine and container, in which process ids are unique. */
const machine = createHash('sha256').update(`${hostname()} ${processNamespace()}`).digest('hex').slice(0, 6);
let count = randomInt(2 ** 32);

/**
 * Path of a new file beside `path`. Its name identifies the writing thread and cannot be guessed by the folder's
 * author. Open it with 'wx', which follows no link.
 */
function temporaryFor(path: string): string {
  return `${path}.${machine}-${process.pid}-${threadId}-${++count}.tmp`;
}

const ownName = /\.([0-9a-f]{6})-(\d+)-\d+-\d+\.tmp$/;
/** No process writes one file for longer than this, ms. */
const DAY_MS = 24 * 3600_000;

/**
 * Removes temporary files in `folder` that killed processes left; files that are being written stay. Called for the
 * folder of each replaced file, and `deep` at the start of a run. Never throws: a file that cannot be removed stays.
 * @param target removes only leftovers of this file
 */
export function sweepTemporary(folder: string, deep: 'deep' | 'flat' = 'flat', target?: string): void {
  try {
    for (const name of readdirSync(folder, { recursive: deep === 'deep', encoding: 'utf8' })) {
      if (target !== undefined && !(name.startsWith(`${target}.`) && ownName.test(name.slice(target.length)))) continue;
      const path = join(folder, name);
      if (ownName.test(name) && isAbandoned(path)) rmSync(path, { force: true });
    }
  } catch {
    // The folder does not exist or cannot be read.
  }
}

function isAbandoned(path: string): boolean {
  const owner = ownName.exec(path);
  if (!owner) return false;
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat?.isFile()) return false;
  if (Date.now() - stat.mtimeMs > DAY_MS) return true;
  if (owner[1] !== machine) return false;
  const pid = Number(owner[2]);
  // Either one of our own threads writes it, or an earlier process with our id wrote it.
  return pid === process.pid ? stat.mtimeMs < Date.now() - process.uptime() * 1000 : !isAlive(pid);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // The process exists but belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}
