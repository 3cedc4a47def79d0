// One file alone: a saved one harvested again by the same rules, and whether a file may be used at all.

import { lstat, realpath } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { failed, isCancelled, messageOf, ok, type Result } from '../common/errors.ts';
import { Breather } from './breathe.ts';
import { decoded, type Examined, masked } from './examine.ts';
import { gitKnows } from './git.ts';
import { excluder, IgnoreFiles, ownIgnoreFile, parentOf } from './ignore.ts';
import { isSecretFile, leftOutByName } from './names.ts';
import { type HarvestDeps, withDefaults } from './options.ts';
import { readWhole } from './read.ts';
import { learnFromLeftOut } from './secret-sources.ts';
import { SecretValues } from './secret-values.ts';
import { splitOf } from './split.ts';
import type { HarvestedFile, HarvestOptions, LeftOutReason } from './types.ts';

/** 'gone': the file is not there any more; what was learned from it is out of date. */
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
  const outcome = await harvestOne(root, path, options, deps);
  const { secrets, signal, hooks } = deps;
  const leftOut = outcome.ok ? outcome.value.leftOut : undefined;
  if (secrets && (leftOut === 'ignored' || leftOut === 'secret-file')) {
    const folder = await realpath(root);
    if ((await missingOrLinked(folder, path)) === undefined)
      await learnFromLeftOut(folder, [path], secrets, new Breather(signal), hooks);
  }
  return outcome;
}

async function harvestOne(
  root: string,
  path: string,
  options: Partial<HarvestOptions>,
  deps: HarvestDeps,
): Promise<Result<FileOutcome>> {
  const { signal } = deps;
  const all = withDefaults(options);
  try {
    signal?.throwIfAborted();
    const byName = excluder(all.filesExclude)(path) ? 'ignored' : leftOutByName(path);
    if (byName !== undefined) return ok({ leftOut: byName });
    const folder = await realpath(root);
    const notHere = await missingOrLinked(folder, path);
    if (notHere !== undefined) return ok({ leftOut: notHere });
    if (await isOwnIgnored(folder, path)) return ok({ leftOut: 'ignored' });
    const known = all.trusted ? await gitKnows(folder, path, signal) : undefined;
    const listed = known ?? !(await isGitIgnored(folder, path));
    if (!listed) return ok({ leftOut: 'ignored' });
    const read = await readWhole(join(folder, path), all.maxFileBytes, deps.hooks);
    signal?.throwIfAborted();
    if ('leftOut' in read) return ok(read);
    const { raw, leftOut } = decoded(path, read.bytes);
    const examined: Examined = raw === undefined ? { leftOut } : masked(raw, deps.secrets ?? new SecretValues());
    return ok(examined.file ? { file: { ...examined.file, split: splitOf(examined.file.path) } } : examined);
  } catch (error) {
    if (signal?.aborted || isCancelled(error)) return failed('cancelled', 'The harvest was cancelled.');
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return failed('unreadable', `${path} cannot be read (${messageOf(error)}).`);
  }
}

/** A link on the way, to the file or to one of its folders, could lead anywhere. */
async function missingOrLinked(folder: string, path: string): Promise<LeftOutReason | 'gone' | undefined> {
  if (isOutside(path)) return 'ignored';
  let at = folder;
  for (const part of path.split('/')) {
    at = join(at, part);
    const stats = await lstat(at).catch(() => undefined);
    if (stats === undefined) return 'gone';
    if (stats.isSymbolicLink()) return 'not-a-file';
  }
  return undefined;
}

function isOutside(path: string): boolean {
  return isAbsolute(path) || path.split('/').includes('..');
}

/**
 * True where nothing may be completed, learned or sent: files that `.easyadaptationignore` names, and files made to hold
 * secrets. Files that only git ignores may be completed; they are not learned from, and their text reaches no other
 * file's prompt.
 * @param path relative to `root`, '/' separators; a path outside `root` or made up is judged by its name
 */
export async function isIgnoredForCompletion(root: string, path: string): Promise<boolean> {
  if (isSecretFile(path)) return true;
  return !isOutside(path) && (await isOwnIgnored(root, path));
}

async function isOwnIgnored(root: string, path: string): Promise<boolean> {
  return (await ignoreFilesAbove(root, path, ownIgnoreFile)).ignores(path);
}

async function isGitIgnored(root: string, path: string): Promise<boolean> {
  return (await ignoreFilesAbove(root, path, '.gitignore')).ignores(path);
}

async function ignoreFilesAbove(root: string, path: string, name: string): Promise<IgnoreFiles> {
  const files = new IgnoreFiles();
  const folders: string[] = [];
  for (let folder = parentOf(path); ; folder = parentOf(folder)) {
    folders.push(folder);
    if (folder === '') break;
  }
  await Promise.all(folders.map((folder) => files.read(root, folder, name)));
  return files;
}
