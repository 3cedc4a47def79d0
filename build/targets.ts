// Platforms that packages are made for. A platform is offered if the lock file has a hash of everything that goes in.
import { libraryFolders } from './llama.ts';
import { isLocked, type LockRows, locked, lockRows } from './lock.ts';

/** As vsce names them. On Alpine there are no libraries for the neural models, and n-grams answer alone. */
export const targets: readonly string[] = [
  ...['linux-x64', 'linux-arm64', 'alpine-x64', 'alpine-arm64'],
  ...['darwin-x64', 'darwin-arm64', 'win32-x64', 'win32-arm64'],
];

/** Targets whose packages can be verified. */
export function offeredTargets(rows: LockRows = lockRows()): readonly string[] {
  return targets.filter((target) => libraryFolders(target).every((folder) => isLocked(rows[folder])));
}

/** Throws if a package for this platform would hold a file that no hash proves. */
export function needVerified(platform: string, rows: LockRows = lockRows()): void {
  for (const folder of libraryFolders(platform)) locked(folder, rows);
}
