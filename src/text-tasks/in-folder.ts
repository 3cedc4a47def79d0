// Paths for writing below an opened folder. Links are refused, so that nothing outside the folder is written.
import { lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError, messageOf } from '../common/errors.ts';
import { isInside, parentOf } from '../workspace/files/inside.ts';

/**
 * Returns the absolute path and creates its parent folders. Throws CodedError 'unwritable' if a parent is a link or no
 * folder. The caller replaces `path` itself by rename, or opens it with O_NOFOLLOW or O_EXCL.
 * @param path relative to `root`, '/' separators
 */
export function writablePathIn(root: string, path: string): string {
  if (!isInside(path)) throw new CodedError('unwritable', `${path} is outside the folder. Choose a path inside it.`);
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
    throw new CodedError(
      'unwritable',
      `${path} cannot be written: ${at} is a link or not a folder. Replace it with a folder.`,
    );
  }
  return join(root, path);
}

/** False if the name exists, even as a dangling link. Throws as `writablePathIn` does. */
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
  return new CodedError('unwritable', `${path} cannot be written: ${why}. Free disk space, or allow writing.`, {
    cause,
  });
}
