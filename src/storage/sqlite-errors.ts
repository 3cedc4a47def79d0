// What can go wrong with a database, by SQLite's primary result codes: https://sqlite.org/rescode.html

const busy = [5, 6];
const damaged = [11, 26];
/** Out of memory, read-only, I/O error, disk full, cannot open; any other code is a mistake of ours and is thrown. */
const failing = [7, 8, 10, 13, 14, ...damaged];
/** SQLITE_READONLY_DBMOVED: what is written goes to a file that has no name any more, or another one's. */
const moved = 1032;

/** The file is not the one that was opened: its folder was removed, or it was replaced. */
export class MovedError extends Error {
  readonly errcode = moved;
}

/** Another process holds the lock. */
export const isBusy = (error: unknown): boolean => hasCode(error, busy);
/** What is in the file is no database, or not whole. */
export const isDamage = (error: unknown): boolean => hasCode(error, damaged);
/** The database cannot go on, damage included. */
export const isFailing = (error: unknown): boolean => hasCode(error, failing);

function hasCode(error: unknown, codes: readonly number[]): boolean {
  const { errcode } = (error ?? {}) as { errcode?: unknown };
  return typeof errcode === 'number' && codes.includes(errcode & 0xff);
}
