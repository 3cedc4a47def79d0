// Lists a folder's files without git: follows no links, and obeys ignore files at every level and globs such as VS
// Code's `files.exclude`.
import { decodeText } from './examine.ts';
import { leftOutByName } from './file-names.ts';
import { type FolderReader, isTooDeep, parentOf, readsAtOnce, tooDeepFault } from './folder-reader.ts';
import { matchesPath, parseGlob, parseIgnoreFile, type Rule } from './globs.ts';
import type { LeftOutReason } from './harvest-types.ts';
import { type YieldIfDue, yielding } from './yielding.ts';

/** Folders of version control systems. The user did not write them, so they are skipped without a report. */
const controlFolders = new Set(['.git', '.hg', '.svn', '.jj', 'CVS']);
/** Build output by convention. With git, the ignore rules decide, because some projects keep sources there. */
const outputFolders = new Set(['target', 'obj', 'out', '.build', '.vs', '.idea', '.cache']);

interface WalkListing {
  readonly files: readonly string[];
  /** Left-out files, and left-out folders with a trailing '/', each counted once. */
  readonly leftOut: readonly (readonly [path: string, reason: LeftOutReason])[];
  /** As in `IgnoreFiles`. */
  readonly faults: readonly string[];
}

/**
 * @param maxEntries maximum number of files. Each remaining folder counts as 'over-limit'.
 * @param from the folder to list, relative to the root
 */
export async function walk(
  reader: FolderReader,
  maxEntries: number,
  yieldIfDue: YieldIfDue,
  from = '',
): Promise<WalkListing> {
  const ignored = new IgnoreFiles();
  const files: string[] = [];
  const leftOut: [string, LeftOutReason][] = [];
  const pending = [from];
  let deep: string | undefined;
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    await yieldIfDue();
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
        if (reason !== undefined) leftOut.push([`${path}/`, reason]);
        else if (isTooDeep(`${path}/`)) {
          leftOut.push([`${path}/`, 'over-limit']);
          deep ??= path;
        } else pending.push(path);
      } else if (entry.isFile()) files.push(path);
      else leftOut.push([path, 'not-a-file']);
    }
  }
  const faults = deep === undefined ? ignored.faults : [...ignored.faults, tooDeepFault(deep)];
  return { files, leftOut, faults };
}

/** This extension's ignore file, in git's syntax. It excludes files from training and prompts. */
export const ownIgnoreFileName = '.easyadaptationignore';

/** A larger file is not written by hand. */
const maxBytes = 1_000_000;

/** Ignore files of one or more kinds. Each applies below its folder; the deepest one with a matching rule decides. */
export class IgnoreFiles {
  /** The ignore files that could not be read, in sentences for the user. */
  readonly faults: string[] = [];
  private readonly byFolder = new Map<string, readonly Rule[]>();
  private readonly ignoredFolders = new Map<string, boolean>();

  /** @param folder relative to the root, '' for the root itself */
  add(folder: string, text: string): void {
    this.byFolder.set(folder, [...(this.byFolder.get(folder) ?? []), ...parseIgnoreFile(comparable(text))]);
    this.ignoredFolders.clear();
  }

  /**
   * Reads `name` in `folder` if it exists. If it exists but cannot be read, everything in the folder is ignored, to be
   * safe, and `faults` says so. A `.gitignore` that is not a regular file (a link, a pipe) is skipped, as git does.
   */
  async read(reader: FolderReader, folder: string, name: string): Promise<void> {
    // Files in such a folder are not read anyway.
    if ((await reader.folder(folder)) !== undefined) return;
    const path = folder === '' ? name : `${folder}/${name}`;
    const isOwn = name === ownIgnoreFileName;
    const read = await reader.read(path, maxBytes);
    if ('bytes' in read) {
      // Git reads its files as bytes, so that another encoding matches no path there either.
      const text = isOwn ? decodeText(read.bytes) : read.bytes.toString('utf8').replace(/^\ufeff/, '');
      if (text !== undefined) return this.add(folder, text);
    } else if (read.leftOut === 'gone' || (read.leftOut === 'not-a-file' && !isOwn)) return;
    this.add(folder, '*');
    const [what, advice] =
      'bytes' in read
        ? ['is not text', 'Save it as UTF-8.']
        : read.leftOut === 'too-large'
          ? ['is larger than 1 MB', 'Shorten it.']
          : ['cannot be read', 'Allow reading it.'];
    this.faults.push(`${path} ${what}, so everything in its folder is ignored. ${advice}`);
  }

  /** Like git: everything in an ignored folder is ignored, even if deeper ignore files include it. */
  ignores(path: string, isFolder = false): boolean {
    if (this.byFolder.size === 0 || path === '') return false;
    const parent = parentOf(path);
    if (parent !== '') {
      let parentIgnored = this.ignoredFolders.get(parent);
      if (parentIgnored === undefined) {
        parentIgnored = this.ignores(parent, true);
        this.ignoredFolders.set(parent, parentIgnored);
      }
      if (parentIgnored) return true;
    }
    for (let folder = parent; ; folder = parentOf(folder)) {
      const rules = this.byFolder.get(folder);
      if (rules) {
        const names = comparable(folder === '' ? path : path.slice(folder.length + 1)).split('/');
        const decidingRule = rules.findLast(
          (rule) => (isFolder || !rule.foldersOnly) && matchesPath(rule.parts, names),
        );
        if (decidingRule) return !decidingRule.negated;
      }
      if (folder === '') return false;
    }
  }
}

/** The ignore files of all folders above the paths. */
export async function ignoreFilesAbove(
  reader: FolderReader,
  paths: readonly string[],
  name: string,
  yieldIfDue = yielding(),
): Promise<IgnoreFiles> {
  const files = new IgnoreFiles();
  const folders = new Set(['']);
  for (const path of paths)
    for (let folder = parentOf(path); !folders.has(folder); folder = parentOf(folder)) folders.add(folder);
  const all = [...folders];
  for (let done = 0; done < all.length; done += readsAtOnce) {
    await yieldIfDue();
    await Promise.all(all.slice(done, done + readsAtOnce).map((folder) => files.read(reader, folder, name)));
  }
  return files;
}

/** File systems of other platforms than Linux ignore case. */
function comparable(text: string): string {
  return process.platform === 'linux' ? text : text.toLowerCase();
}

/**
 * Returns a test that is true for paths that a glob matches, and for paths in a folder that a glob matches.
 * The syntax is VS Code's: `**`, `*`, `?`, `[...]`, `{a,b}`. A glob without '/' matches only at the root.
 */
export function excluder(globs: Readonly<Record<string, boolean>>): (path: string) => boolean {
  // `{ "when": ... }` only hides a file because of its sibling, so the file is still used.
  const patterns = Object.entries(globs).flatMap(([glob, isOn]) => (isOn === true ? parseGlob(glob) : []));
  if (patterns.length === 0) return () => false;
  return (path) => {
    const names = path.split('/');
    return patterns.some((parts) => matchesPath(parts, names));
  };
}
