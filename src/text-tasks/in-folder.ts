// Paths for writing below an opened folder. Links are refused, so that nothing outside the folder is written.
import { accessSync, constants, lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError, failed, messageOf, type Result } from '../common/errors.ts';
import { decodeText } from '../workspace/files/examine.ts';
import { type FolderReader, isInside, parentOf } from '../workspace/files/folder-reader.ts';
import { notText } from '../workspace/files/text-pieces.ts';
import { parseTask, TASKS_FOLDER, type TextTask } from './task-file.ts';

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
    throw notAFolder(path, at);
  }
  return join(root, path);
}

function notAFolder(path: string, at: string): CodedError {
  return new CodedError(
    'unwritable',
    `${path} cannot be written: ${at} is a link or not a folder. Replace it with a folder.`,
  );
}

/**
 * Creates nothing. Throws CodedError 'unwritable' if a file in this folder could not be created: its nearest existing
 * parent is read-only, a link, or no folder.
 * @param folder relative to `root`, '/' separators
 * @param access throws if the user may not write
 */
export function requireWritable(root: string, folder: string, access = accessSync): void {
  let at = root;
  for (const name of folder.split('/')) {
    const next = lstatSync(join(at, name), { throwIfNoEntry: false });
    if (next === undefined) break;
    at = join(at, name);
    if (!next.isDirectory()) throw notAFolder(folder, at);
  }
  try {
    access(at, constants.W_OK);
  } catch (cause) {
    throw new CodedError('unwritable', `${at} is read-only. Allow writing, or open another folder.`, { cause });
  }
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

const MOST_BYTES = 1_000_000;

/** @param name name of the file without '.json' */
export async function readTask(reader: FolderReader, name: string): Promise<Result<TextTask>> {
  const path = `${TASKS_FOLDER}/${name}.json`;
  const read = await reader.read(path, MOST_BYTES);
  if (!('bytes' in read)) return failed('unreadable', `There is no task ${path} that can be read (${read.leftOut}).`);
  const text = decodeText(read.bytes);
  return text === undefined ? failed('unreadable', notText(path).message) : parseTask(name, text);
}
