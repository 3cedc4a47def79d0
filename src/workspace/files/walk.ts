// Lists a folder's files without git. It obeys nested .gitignore files and follows no links.

import { leftOutByName } from './file-names.ts';
import type { FolderReader } from './folder-reader.ts';
import { IgnoreFiles } from './ignore.ts';
import type { LeftOutReason } from './types.ts';
import type { Yielder } from './yielder.ts';

/** Folders of version control systems. The user did not write them, so they are skipped without a report. */
const controlFolders = new Set(['.git', '.hg', '.svn', '.jj', 'CVS']);
/** Build output by convention. With git, the ignore rules decide, because some projects keep sources there. */
const outputFolders = new Set(['target', 'obj', 'out', '.build', '.vs', '.idea', '.cache']);

export interface WalkListing {
  readonly files: readonly string[];
  /** Left-out files, and left-out folders with a trailing '/', each counted once. */
  readonly leftOut: readonly (readonly [path: string, reason: LeftOutReason])[];
}

/** @param maxEntries maximum number of files. Each remaining folder counts as 'over-limit'. */
export async function walk(reader: FolderReader, maxEntries: number, yielder: Yielder): Promise<WalkListing> {
  const ignored = new IgnoreFiles();
  const files: string[] = [];
  const leftOut: [string, LeftOutReason][] = [];
  const pending = [''];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    await yielder.yieldIfDue();
    if (files.length >= maxEntries) {
      leftOut.push([`${folder}/`, 'over-limit']);
      continue;
    }
    const remaining = maxEntries - files.length;
    const entries = await reader.list(folder, remaining);
    if (entries === undefined) {
      reader.throwIfUnresponsive();
      leftOut.push([folder === '' ? './' : `${folder}/`, 'unreadable']);
      continue;
    }
    const isTruncated = entries.length === remaining;
    if (isTruncated) leftOut.push([`${folder}/`, 'over-limit']);
    if (isTruncated || entries.some((entry) => entry.name === '.gitignore'))
      await ignored.read(reader, folder, '.gitignore');
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      const isFolder = entry.isDirectory();
      if (isFolder ? controlFolders.has(entry.name) : entry.name === '.git') continue;
      if (ignored.ignores(path, isFolder)) leftOut.push([isFolder ? `${path}/` : path, 'ignored']);
      else if (isFolder) {
        const reason = outputFolders.has(entry.name) ? 'generated' : leftOutByName(`${path}/`);
        if (reason === undefined) pending.push(path);
        else leftOut.push([`${path}/`, reason]);
      } else if (entry.isFile()) files.push(path);
      else leftOut.push([path, 'not-a-file']);
    }
  }
  return { files, leftOut };
}
