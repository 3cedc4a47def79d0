// Files that are swapped, never edited: a crash at any moment leaves the old or the new one whole.
import { createHash, randomInt } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';

/**
 * Writes the pieces one after the other to a file beside `path`, flushes it to the disk, and renames it over `path`.
 */
export function replaceFile(path: string, pieces: Iterable<Uint8Array>): void {
  mkdirSync(dirname(path), { recursive: true });
  sweepTemporary(dirname(path));
  const temporary = temporaryFor(path);
  const file = openSync(temporary, 'wx');
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

/** Bytes written between two calls of `turn`: a few milliseconds of writing. */
const TURN = 4 << 20;

/**
 * As `replaceFile`, for a process that must answer requests meanwhile: it awaits `turn` every few megabytes. The pieces
 * must not change until the call resolves.
 */
export async function replaceFileInTurns(
  path: string,
  pieces: Iterable<Uint8Array>,
  turn: () => Promise<void>,
): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  sweepTemporary(dirname(path));
  await swap(path, async (file) => {
    let since = 0;
    for (const piece of pieces) {
      for (let done = 0; done < piece.length; ) {
        const { bytesWritten } = await file.write(piece, done, Math.min(TURN, piece.length - done));
        done += bytesWritten;
        since += bytesWritten;
        if (since < TURN) continue;
        since = 0;
        await turn();
      }
    }
  });
}

/**
 * As `replaceFile`, for a text that arrives in chunks and a folder that is not ours: only leftovers of this file are
 * removed. Rejects as `chunks` does.
 */
export async function replaceFileFromStream(path: string, chunks: AsyncIterable<string>): Promise<void> {
  sweepTemporary(dirname(path), 'flat', basename(path));
  await swap(path, async (file) => {
    for await (const chunk of chunks) await file.appendFile(chunk);
  });
}

async function swap(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const temporary = temporaryFor(path);
  const file = await open(temporary, 'wx');
  try {
    await write(file);
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
 * Path of a new file beside `path`. Its name identifies the writing thread and cannot be guessed by the folder's author.
 * Open it with 'wx', which follows no link.
 */
function temporaryFor(path: string): string {
  return `${path}.${machine}-${process.pid}-${threadId}-${++count}.tmp`;
}

const ownName = /\.([0-9a-f]{6})-(\d+)-\d+-\d+\.tmp$/;
/** Names of temporary files of earlier versions. */
const earlierNames = /\.\d+\.tmp$|\.ngram\.[0-9a-f]{8}-[0-9a-f-]{27}$/;
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
      if (name.endsWith('.tmp') || earlierNames.test(name)) if (isAbandoned(path)) rmSync(path, { force: true });
    }
  } catch {
    // The folder does not exist or cannot be read.
  }
}

function isAbandoned(path: string): boolean {
  const owner = ownName.exec(path);
  if (!owner && !earlierNames.test(path)) return false;
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat?.isFile()) return false;
  if (Date.now() - stat.mtimeMs > DAY_MS) return true;
  if (owner?.[1] !== machine) return false;
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
