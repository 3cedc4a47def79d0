// Classifies database errors by SQLite's primary result codes: https://sqlite.org/rescode.html

const busyCodes = [5, 6];
const damageCodes = [11, 26];
/** Out of memory, read-only, I/O error, disk full, cannot open. Any other code is a programming error and is thrown. */
const failureCodes = [7, 8, 10, 13, 14, ...damageCodes];
/** SQLITE_READONLY_DBMOVED: the open file was deleted or renamed, so writes would be lost. */
const movedCode = 1032;

/** The opened file was replaced, or its folder was removed. */
export class MovedError extends Error {
  readonly errcode = movedCode;
}

/** Whether another process or connection holds the lock. */
export const isBusy = (error: unknown): boolean => hasCode(error, busyCodes);
/** Whether the file is no database or is damaged. */
export const isDamage = (error: unknown): boolean => hasCode(error, damageCodes);
/** Whether the database cannot be used any more, including damage. */
export const isFailing = (error: unknown): boolean => hasCode(error, failureCodes);

function hasCode(error: unknown, codes: readonly number[]): boolean {
  const { errcode } = (error ?? {}) as { errcode?: unknown };
  return typeof errcode === 'number' && codes.includes(errcode & 0xff);
}
