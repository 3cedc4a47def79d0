// Files that are swapped, never edited: a crash at any moment leaves the old or the new one whole.
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Writes the pieces one after the other to a file beside `path`, flushes it to the disk, and renames it over `path`. */
export function replaceFile(path: string, pieces: Iterable<Uint8Array>): void {
  mkdirSync(dirname(path), { recursive: true });
  sweep(path);
  const temporary = `${path}.${process.pid}.tmp`;
  const file = openSync(temporary, 'w');
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
 * The same, for a process that has others to answer meanwhile: `turn` is awaited every few megabytes. The pieces must not change
 * until it is done.
 */
export async function replaceFileInTurns(
  path: string,
  pieces: Iterable<Uint8Array>,
  turn: () => Promise<void>,
): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  sweep(path);
  const temporary = `${path}.${process.pid}.tmp`;
  const file = await open(temporary, 'w');
  try {
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
    await file.sync();
  } catch (error) {
    await file.close();
    await rm(temporary, { force: true });
    throw error;
  }
  await file.close();
  await rename(temporary, path);
}

/** Removes what processes that were killed while writing `path` left behind. */
function sweep(path: string): void {
  const start = `${basename(path)}.`;
  for (const name of readdirSync(dirname(path))) {
    if (!name.startsWith(start) || !name.endsWith('.tmp')) continue;
    if (!alive(Number(name.slice(start.length, -'.tmp'.length)))) rmSync(join(dirname(path), name), { force: true });
  }
}

function alive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It lives, but is not ours.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
