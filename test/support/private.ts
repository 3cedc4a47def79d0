// What is stored is its user's alone: by modes where the system has them, on Windows by the profile folder's access
// list.
import assert from 'node:assert/strict';
import { lstatSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { storageFolder } from '../../src/jobs/cli/run-request.ts';

/** Checks a storage folder and all that it holds. Returns the number of files. */
export function assertPrivate(folder: string): number {
  // The access list of a test's folder is not the storage folder's, so the place of that is checked instead.
  if (process.platform === 'win32')
    assert.ok(!relative(homedir(), storageFolder({} as Parameters<typeof storageFolder>[0])).startsWith(`..${sep}`));
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = [folder, ...entries.map(({ parentPath, name }) => join(parentPath, name))];
  const open = paths.flatMap((path) => (isPrivate(path) ? [] : [`${modeOf(path).toString(8)} ${path}`]));
  assert.deepEqual(open, []);
  return entries.filter((entry) => entry.isFile()).length;
}

function isPrivate(path: string): boolean {
  return process.platform === 'win32' || (modeOf(path) & 0o077) === 0;
}

export function modeOf(path: string): number {
  return lstatSync(path).mode & 0o777;
}
