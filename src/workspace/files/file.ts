// Reads one saved file by the rules of its folder, and decides how a file may be used.
import { CodedError, failed, isCancelled, messageOf, ok, type Result } from '../../common/errors.ts';
import { SecretValues } from '../secrets/secrets.ts';
import { decodeFile, type ExaminedFile, redactFile } from './examine.ts';
import { isSecretFile, leftOutByName, splitOf } from './file-names.ts';
import type { HarvestDeps } from './folder.ts';
import { FolderReader, isInside } from './folder-reader.ts';
import { isListedByGit } from './git.ts';
import { type HarvestedFile, type HarvestOptions, type LeftOutReason, withDefaults } from './harvest-types.ts';
import { excluder, ignoreFilesAbove, ownIgnoreFileName, walk } from './ignore.ts';
import { learnFromLeftOut } from './secret-sources.ts';
import { yielding } from './yielding.ts';

/** 'gone': the file was deleted, so its index entries are outdated. */
export type FileOutcome =
  | { readonly file: HarvestedFile; readonly leftOut?: undefined }
  | { readonly file?: undefined; readonly leftOut: LeftOutReason | 'gone' };

/**
 * Harvests one file by the rules of `harvestFolder`, but without its rule against near-duplicates and its limits for a
 * whole folder. The split depends only on the path, without the correction that `assignSplits` makes for small folders.
 * Adds the file's secrets to `deps.secrets`, even if the file is left out.
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
      await learnFromLeftOut(reader, [path], secrets, yielding(signal));
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
  const nameReason = !isInside(path) || excluder(filesExclude)(path) ? 'ignored' : leftOutByName(path);
  if (nameReason !== undefined) return { leftOut: nameReason };
  // The reason not to open the file, if there is one.
  const whyNotAFile = await reader.whyNotAFile(path);
  if (whyNotAFile !== undefined) return { leftOut: whyNotAFile };
  if (await isOwnIgnored(reader, path)) return { leftOut: 'ignored' };
  const isListedInGit = trusted ? await isListedByGit(reader, path, signal) : undefined;
  const isListed = isListedInGit ?? !(await isGitIgnored(reader, path));
  if (!isListed) return { leftOut: 'ignored' };
  const read = await reader.read(path, maxFileBytes);
  signal?.throwIfAborted();
  if ('leftOut' in read) return read;
  const { raw, leftOut } = decodeFile(path, read.bytes);
  const examined: ExaminedFile = raw === undefined ? { leftOut } : redactFile(raw, secrets ?? new SecretValues());
  return examined.file ? { file: { ...examined.file, split: splitOf(examined.file.path) } } : examined;
}

/**
 * How a file may be used. 'off': nothing is completed in it, learned from it or sent, because it is a secret file or in
 * `.easyadaptationignore`. 'open': the file may be sent to the API if the user allows it. 'local': completions only on
 * this machine, because git ignores the file, it contains secrets, or a link leads to it; it is not learned from, and
 * its text is not used in the prompts of other files.
 */
export type FileRule = 'open' | 'local' | 'off';

const localOnlyReasons: ReadonlySet<LeftOutReason | 'gone'> = new Set([
  'ignored',
  'secret-file',
  'not-a-file',
  'unreadable',
]);

/**
 * @param path relative to `root`, '/' separators. A path outside `root` is judged only by its name.
 * @param excluded globs of files without suggestions
 */
export async function ruleOf(
  root: string | undefined,
  path: string,
  options: Partial<HarvestOptions>,
  excluded: Readonly<Record<string, boolean>> = {},
): Promise<FileRule> {
  if (isSecretFile(path) || excluder(excluded)(path)) return 'off';
  if (root === undefined) return 'open';
  if (isInside(path) && (await isOwnIgnored(await FolderReader.open(root), path))) return 'off';
  const found = await harvestFile(root, path, options);
  if (!found.ok || (found.value.leftOut && localOnlyReasons.has(found.value.leftOut))) return 'local';
  // Git cannot list a missing file, but its ignore rules apply.
  const isMissing = found.value.leftOut === 'gone';
  return isMissing && (await isGitIgnored(await FolderReader.open(root), path)) ? 'local' : 'open';
}

/**
 * Those of the paths that settings or the folder's ignore files exclude now. Cheaper than `ruleOf` for each, because
 * git is not asked: a file that git tracks although a rule matches it is among them.
 */
export async function excludedAmong(
  root: string,
  paths: readonly string[],
  filesExclude: Readonly<Record<string, boolean>>,
): Promise<string[]> {
  const reader = await FolderReader.open(root);
  const own = await ignoreFilesAbove(reader, paths, ownIgnoreFileName);
  const git = await ignoreFilesAbove(reader, paths, '.gitignore');
  const isExcluded = excluder(filesExclude);
  return paths.filter((path) => isExcluded(path) || own.ignores(path) || git.ignores(path));
}

/**
 * The files below a path that the folder's ignore files leave, for a folder that is new on disk; none for a file.
 * @param limit maximum number of them
 */
export async function filesBelow(root: string, path: string, limit: number): Promise<readonly string[]> {
  if (!isInside(path)) return [];
  const reader = await FolderReader.open(root);
  const isFolder = (await reader.folder(path)) === undefined;
  return isFolder ? (await walk(reader, limit, yielding(), path)).files : [];
}

async function isOwnIgnored(reader: FolderReader, path: string): Promise<boolean> {
  return (await ignoreFilesAbove(reader, [path], ownIgnoreFileName)).ignores(path);
}

async function isGitIgnored(reader: FolderReader, path: string): Promise<boolean> {
  return (await ignoreFilesAbove(reader, [path], '.gitignore')).ignores(path);
}
