// Rows of package-lock.json: the version of each npm package, and the hash that proves its files.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.ts';

export interface LockRow {
  readonly version?: string;
  readonly integrity?: string;
  readonly license?: string;
}

/** Folder of a package ('node_modules/@scope/name') -> its row. */
export type LockRows = Readonly<Record<string, LockRow | undefined>>;

export const lockPath = join(root, 'package-lock.json');

export const lockRows = (): LockRows => JSON.parse(readFileSync(lockPath, 'utf8')).packages;

export interface Locked {
  readonly version: string;
  /** As npm writes it: 'sha512-' and base 64. */
  readonly integrity: string;
  readonly license?: string;
}

/** Whether the row proves what the package holds. */
export const isLocked = (row: LockRow | undefined): row is Locked =>
  row?.version !== undefined && /^sha512-\S+$/.test(row.integrity ?? '');

/** The row of a package that is shipped. Throws if nothing proves its files. */
export function locked(folder: string, rows: LockRows = lockRows()): Locked {
  const row = rows[folder];
  if (isLocked(row)) return row;
  throw new Error(
    `package-lock.json has no sha512 of ${folder}, so it is not shipped: ` +
      "'node build/run.mjs build/hashes.ts' asks the npm registry for what is missing.",
  );
}
