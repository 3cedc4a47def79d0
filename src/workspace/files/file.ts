// Reads one saved file by the rules of the folder, and decides whether a file may be used.

import { CodedError, failed, isCancelled, messageOf, ok, type Result } from '../../common/errors.ts';
import { SecretValues } from '../secrets/known/known.ts';
import { decoded, type Examined, masked } from './examine.ts';
import { isSecretFile, leftOutByName } from './file-names.ts';
import { FolderReader } from './folder-reader.ts';
import { gitKnows } from './git.ts';
import { excluder, IgnoreFiles, ownIgnoreFile } from './ignore.ts';
import { isInside, parentOf } from './inside.ts';
import { type HarvestDeps, withDefaults } from './options.ts';
import { learnFromLeftOut } from './secret-sources.ts';
import { splitOf } from './split.ts';
import type { HarvestedFile, HarvestOptions, LeftOutReason } from './types.ts';
import { Yielder } from './yielder.ts';

/** 'gone': the file was deleted, so its index entries are outdated. */
export type FileOutcome =
  | { readonly file: HarvestedFile; readonly leftOut?: undefined }
  | { readonly file?: undefined; readonly leftOut: LeftOutReason | 'gone' };

/**
 * Harvests one file by the rules of `harvestFolder`, near-duplicates and limits of the folder excepted. Its split is
 * that of its path, without `assignSplits`' care for small folders. What a left-out file says of secrets is added to
 * `deps.secrets` like what is found in others.
 * @param path relative to `root`, '/' separators
 */
export async function harvestFile(
  root: string,
  path: string,
  options: Partial<HarvestOptions>,
  deps: HarvestDeps = {},
): Promise<Result<FileOutcome>> {
  const { secrets, signal, hooks } = deps;
  try {
    signal?.throwIfAborted();
    const reader = await FolderReader.open(root, hooks);
    const outcome = await harvestOne(reader, path, withDefaults(options), deps);
    if (secrets && (outcome.leftOut === 'ignored' || outcome.leftOut === 'secret-file'))
      await learnFromLeftOut(reader, [path], secrets, new Yielder(signal));
    return ok(outcome);
  } catch (error) {
    if (signal?.aborted || isCancelled(error)) return failed('cancelled', 'The harvest was cancelled.');
    if (error instanceof CodedError) return failed(error.code, error.message);
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return failed('unreadable', `${path} cannot be read (${messageOf(error)}).`);
  }
}

async function harvestOne(
  reader: FolderReader,
  path: string,
  { filesExclude, maxFileBytes, trusted }: HarvestOptions,
  { secrets, signal }: HarvestDeps,
): Promise<FileOutcome> {
  const byName = !isInside(path) || excluder(filesExclude)(path) ? 'ignored' : leftOutByName(path);
  if (byName !== undefined) return { leftOut: byName };
  const fault = await reader.file(path);
  if (fault !== undefined) return { leftOut: fault };
  if (await isOwnIgnored(reader, path)) return { leftOut: 'ignored' };
  const known = trusted ? await gitKnows(reader, path, signal) : undefined;
  const listed = known ?? !(await isGitIgnored(reader, path));
  if (!listed) return { leftOut: 'ignored' };
  const read = await reader.read(path, maxFileBytes);
  signal?.throwIfAborted();
  if ('leftOut' in read) return read;
  const { raw, leftOut } = decoded(path, read.bytes);
  const examined: Examined = raw === undefined ? { leftOut } : masked(raw, secrets ?? new SecretValues());
  const { changedAt } = read;
  return examined.file ? { file: { ...examined.file, changedAt, split: splitOf(examined.file.path) } } : examined;
}

/**
 * True where nothing may be completed, learned or sent: files that `.easyadaptationignore` names, and files made to
 * hold
 * secrets. Files that only git ignores may be completed; they are not learned from, and their text reaches no other
 * file's prompt.
 * @param path relative to `root`, '/' separators; a path outside `root` or made up is judged by its name
 */
export async function isIgnoredForCompletion(root: string, path: string): Promise<boolean> {
  if (isSecretFile(path)) return true;
  return isInside(path) && (await isOwnIgnored(await FolderReader.open(root), path));
}

/**
 * What may be done with a file. 'off': not even completed; 'local': completed on this machine alone, since git ignores
 * it,
 * it holds secrets, or it lies behind a link and so perhaps outside of the folder; 'open': sent to the API where the
 * user allows that.
 */
export type FileRule = 'open' | 'local' | 'off';

const staysHere: ReadonlySet<LeftOutReason | 'gone'> = new Set(['ignored', 'secret-file', 'not-a-file', 'unreadable']);

/** @param excluded globs in which nothing is offered */
export async function ruleOf(
  root: string | undefined,
  path: string,
  options: Partial<HarvestOptions>,
  excluded: Readonly<Record<string, boolean>> = {},
): Promise<FileRule> {
  if (isSecretFile(path) || excluder(excluded)(path)) return 'off';
  if (root === undefined) return 'open';
  if (await isIgnoredForCompletion(root, path)) return 'off';
  const found = await harvestFile(root, path, options);
  if (!found.ok || (found.value.leftOut && staysHere.has(found.value.leftOut))) return 'local';
  // Git cannot list a missing file, but its ignore rules apply.
  const isGone = found.value.leftOut === 'gone';
  return isGone && (await isGitIgnored(await FolderReader.open(root), path)) ? 'local' : 'open';
}

async function isOwnIgnored(reader: FolderReader, path: string): Promise<boolean> {
  return (await ignoreFilesAbove(reader, path, ownIgnoreFile)).ignores(path);
}

async function isGitIgnored(reader: FolderReader, path: string): Promise<boolean> {
  return (await ignoreFilesAbove(reader, path, '.gitignore')).ignores(path);
}

async function ignoreFilesAbove(reader: FolderReader, path: string, name: string): Promise<IgnoreFiles> {
  const files = new IgnoreFiles();
  const folders: string[] = [];
  for (let folder = parentOf(path); ; folder = parentOf(folder)) {
    folders.push(folder);
    if (folder === '') break;
  }
  await Promise.all(folders.map((folder) => files.read(reader, folder, name)));
  return files;
}
