// Where something is written below an opened folder: through no link, so that what came with a folder has nothing outside of it written.
import { lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError, messageOf } from '../common/errors.ts';
import { isInside, parentOf } from '../workspace/files/inside.ts';

/**
 * Absolute. Makes the folders that `path` lies in; throws CodedError 'unwritable' where one of them is a link or no folder. What stands at
 * `path` itself is the caller's care: it is replaced as a name, or opened with O_NOFOLLOW or O_EXCL.
 * @param path relative to `root`, '/' separators
 */
export function writablePathIn(root: string, path: string): string {
  if (!isInside(path)) throw new CodedError('unwritable', `${path} leads out of the folder. Name what lies in it.`);
  let at = root;
  for (const name of parentOf(path).split('/')) {
    if (name === '') continue;
    at = join(at, name);
    try {
      if (lstatSync(at, { throwIfNoEntry: false }) === undefined) mkdirSync(at);
      if (lstatSync(at).isDirectory()) continue;
    } catch (cause) {
      throw unwritable(path, messageOf(cause), cause);
    }
    throw new CodedError('unwritable', `${path} cannot be written: ${at} is a link or no folder. Put a folder there.`);
  }
  return join(root, path);
}

/** False where something has that name already, a link that leads nowhere included. Throws as `placeIn` does. */
export function writeNewFile(root: string, path: string, text: string): boolean {
  const target = writablePathIn(root, path);
  try {
    writeFileSync(target, text, { flag: 'wx' });
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw unwritable(path, messageOf(cause), cause);
  }
}

export function unwritable(path: string, why: string, cause?: unknown): CodedError {
  return new CodedError('unwritable', `${path} cannot be written: ${why}. Make room, or allow it.`, { cause });
}
