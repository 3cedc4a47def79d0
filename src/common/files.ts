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

/** Bytes between two turns: a few milliseconds of writing. */
const TURN = 4 << 20;

/**
 * The same, for a process that has others to answer meanwhile: `turn` is awaited every few megabytes. The pieces must
 * not change until it is done.
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
 * The same for a text that is written as it comes, in a folder that is not ours: of what lies beside it, only what was
 * left of this file is swept. Rejects as `chunks` does.
 */
export async function replaceFileAsItComes(path: string, chunks: AsyncIterable<string>): Promise<void> {
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

/** Where process ids mean what they mean to us: this machine, and in it this container. */
const place = createHash('sha256').update(`${hostname()} ${processNamespace()}`).digest('hex').slice(0, 6);
let count = randomInt(2 ** 32);

/**
 * Beside `path`, and nobody else's: its name says who writes it, and cannot be foreseen by whoever filled the folder.
 * Made anew, 'wx': no link is followed.
 */
function temporaryFor(path: string): string {
  return `${path}.${place}-${process.pid}-${threadId}-${++count}.tmp`;
}

const ownName = /\.([0-9a-f]{6})-(\d+)-\d+-\d+\.tmp$/;
/** As earlier versions called theirs. */
const earlierNames = /\.\d+\.tmp$|\.ngram\.[0-9a-f]{8}-[0-9a-f-]{27}$/;
/** Nobody writes one file for so long, ms. */
const DAY_MS = 24 * 3600_000;

/**
 * Removes what was left in `folder` by processes that were killed while they wrote; never what is being written, by
 * whomever. Called with every file that is replaced, for its folder, and `deep` at the start of a run. Never throws:
 * what cannot be removed stays.
 * @param of only what was left of this file
 */
export function sweepTemporary(folder: string, deep: 'deep' | 'flat' = 'flat', of?: string): void {
  try {
    for (const name of readdirSync(folder, { recursive: deep === 'deep', encoding: 'utf8' })) {
      if (of !== undefined && !(name.startsWith(`${of}.`) && ownName.test(name.slice(of.length)))) continue;
      const path = join(folder, name);
      if (name.endsWith('.tmp') || earlierNames.test(name)) if (isAbandoned(path)) rmSync(path, { force: true });
    }
  } catch {
    // It is not there, or not ours.
  }
}

function isAbandoned(path: string): boolean {
  const owner = ownName.exec(path);
  if (!owner && !earlierNames.test(path)) return false;
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat?.isFile()) return false;
  if (Date.now() - stat.mtimeMs > DAY_MS) return true;
  if (owner?.[1] !== place) return false;
  const pid = Number(owner[2]);
  // One of our own threads, or a process that had our number before us.
  return pid === process.pid ? stat.mtimeMs < Date.now() - process.uptime() * 1000 : !isAlive(pid);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It lives, but is not ours.
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
