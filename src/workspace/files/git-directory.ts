// Checks which repository git would read from a folder, because a crafted `.git` may lead to an unrelated one. Git is
// called only if the repository is inside the folder, or lists the folder as its worktree or submodule.

import type { Dirent } from 'node:fs';
import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

/** Maximum size of a file that git writes, bytes. */
const maxBytes = 1_000_000;
/** Maximum number of branch and object files that are examined. */
const maxEntries = 100_000;
/** Git's own limit for a chain of alternates. */
const maxAlternates = 5;

/** The entries that git reads in a repository. Each may be a link. */
const entryNames = [
  'HEAD',
  'config',
  'config.worktree',
  'index',
  'info',
  'objects',
  'packed-refs',
  'refs',
  'reftable',
  'shallow',
];

/**
 * The reason not to call git in this folder, as a sentence for the user. Undefined if git may be called. Parent folders
 * are checked too, because git searches them.
 * @param folder absolute
 */
export async function gitFault(folder: string): Promise<string | undefined> {
  const fault = await faultAbove(await realpath(folder).catch(() => folder)).catch((error) => {
    if (error instanceof InvalidGitFile) return error.message;
    throw error;
  });
  return fault && `${fault} Git is not asked there: open the repository's own folder.`;
}

/** A file exists, but git cannot have written it. */
class InvalidGitFile extends Error {}

async function faultAbove(folder: string): Promise<string | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    const found = await repositoryIn(at);
    if (found?.fault !== undefined) return found.fault;
    if (found?.endsSearch) return undefined;
    if (await isRepository(at)) return `${at} is a bare repository: it has no working tree.`;
    if (dirname(at) === at) return undefined;
  }
}

interface Repository {
  readonly fault?: string;
  /** Git stops at this `.git` and does not search parent folders. It skips a `.git` that it considers invalid. */
  readonly endsSearch: boolean;
  /** Absolute path with links resolved, or undefined if git must not use it. */
  readonly directory?: string;
}

/** The repository that `.git` in this folder is or refers to. Undefined if there is none. */
async function repositoryIn(top: string): Promise<Repository | undefined> {
  const entry = join(top, '.git');
  if ((await lstat(entry).catch(() => undefined)) === undefined) return undefined;
  const isFile = (await stat(entry).catch(() => undefined))?.isFile() ?? false;
  const directory = isFile ? await directoryNamedIn(entry) : await realpath(entry).catch(() => undefined);
  if (directory === undefined) return { fault: `${entry} leads to nothing that can be opened.`, endsSearch: true };
  const fault = await repositoryFault(top, entry, directory);
  if (fault !== undefined) return { fault, endsSearch: true };
  return { directory, endsSearch: isFile || (await isRepository(directory)) };
}

async function repositoryFault(top: string, entry: string, directory: string): Promise<string | undefined> {
  const commonDirectory = await commonDirectoryOf(directory);
  const allowed = await allowedFoldersOf({ top, directory, commonDirectory });
  if (allowed === undefined)
    return `${entry} leads to ${commonDirectory}, the repository of another folder. It lists this folder neither as its worktree nor as its submodule.`;
  for (const each of allowed.repositories) {
    const fault = await faultIn(each, allowed.folders);
    if (fault !== undefined) return `${fault} It belongs to the repository of ${top}.`;
  }
  const worktree = allowed.isInFolder ? await worktreeOf(directory) : undefined;
  return worktree === undefined || worktree === top ? undefined : `${entry} is the repository of ${worktree}.`;
}

/** A folder, its repository, and the repository that holds the history of a worktree. Absolute paths. */
interface Place {
  readonly top: string;
  readonly directory: string;
  readonly commonDirectory: string;
}

interface AllowedFolders {
  /** Whether the repository is inside the folder. */
  readonly isInFolder: boolean;
  /** Everything that git reads must be inside these folders. */
  readonly folders: readonly string[];
  /** The repositories to check. */
  readonly repositories: readonly string[];
}

/** Undefined if the repository belongs to another folder. */
async function allowedFoldersOf(place: Place): Promise<AllowedFolders | undefined> {
  const { top, directory, commonDirectory } = place;
  if (liesIn(top, directory) && liesIn(top, commonDirectory))
    return { isInFolder: true, folders: [top], repositories: [...new Set([directory, commonDirectory])] };
  return (await foldersOfWorktree(place)) ?? (await foldersOfSubmodule(place));
}

/** A worktree's directory is in `worktrees` of its repository, and its `gitdir` file names the folder's `.git` file. */
async function foldersOfWorktree({ top, directory, commonDirectory }: Place): Promise<AllowedFolders | undefined> {
  const isListed = basename(dirname(directory)) === 'worktrees' && dirname(dirname(directory)) === commonDirectory;
  const named = (await textOf(join(directory, 'gitdir')))?.trim();
  if (!isListed || named === undefined) return undefined;
  const entry = await realpath(resolve(directory, named)).catch(() => undefined);
  if (entry !== join(top, '.git')) return undefined;
  return { isInFolder: false, folders: [top, commonDirectory], repositories: [directory, commonDirectory] };
}

/** A submodule's directory is in `modules` of the outer repository, and its `core.worktree` is this folder. */
async function foldersOfSubmodule({ top, directory, commonDirectory }: Place): Promise<AllowedFolders | undefined> {
  if (commonDirectory !== directory || (await worktreeOf(directory)) !== top) return undefined;
  for (let above = dirname(top); ; above = dirname(above)) {
    const outer = await repositoryIn(above);
    if (outer?.endsSearch) {
      if (outer.directory === undefined || !liesIn(join(outer.directory, 'modules'), directory)) return undefined;
      return { isInFolder: false, folders: [top, outer.directory], repositories: [directory] };
    }
    if (dirname(above) === above) return undefined;
  }
}

/** The reason why git would read something outside these folders. */
async function faultIn(directory: string, allowed: readonly string[]): Promise<string | undefined> {
  const [branches, objects] = await Promise.all(['refs', 'objects'].map((name) => linksBelow(join(directory, name))));
  if (branches === undefined || objects === undefined)
    return `${directory} has too many loose objects and branches to check: run 'git gc'.`;
  const paths = [...entryNames.map((name) => join(directory, name)), ...branches, ...objects];
  for (const path of paths) {
    const stats = await lstat(path).catch(() => undefined);
    if (!stats?.isSymbolicLink()) continue;
    const target = await realpath(path).catch(() => undefined);
    if (target !== undefined && !allowed.some((home) => liesIn(home, target))) return `${path} is a link to ${target}.`;
  }
  return alternatesFault(join(directory, 'objects'), allowed, 0);
}

/** Checks alternates: objects may come from other repositories, which may have alternates too. */
async function alternatesFault(
  objects: string,
  allowed: readonly string[],
  depth: number,
): Promise<string | undefined> {
  const file = join(objects, 'info', 'alternates');
  for (const line of ((await textOf(file)) ?? '').split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const target = await realpath(resolve(objects, line)).catch(() => undefined);
    if (target === undefined && !line.startsWith('"')) continue;
    if (target === undefined || depth >= maxAlternates || !allowed.some((home) => liesIn(home, target)))
      return `${file} borrows objects of another repository: run 'git repack -a -d' and remove that file.`;
    const fault = await alternatesFault(target, allowed, depth + 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Entries below a folder that are neither files nor folders. Undefined if there are too many entries to check. */
async function linksBelow(folder: string): Promise<string[] | undefined> {
  const found: string[] = [];
  const pending = [folder];
  let seen = 0;
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    const entries: Dirent[] = await readdir(at, { withFileTypes: true }).catch(() => []);
    seen += entries.length;
    if (seen > maxEntries) return undefined;
    for (const entry of entries) {
      if (entry.isDirectory()) pending.push(join(at, entry.name));
      else if (!entry.isFile()) found.push(join(at, entry.name));
    }
  }
  return found;
}

/** The directory with the repository's history. A worktree's own directory refers to it. */
async function commonDirectoryOf(directory: string): Promise<string> {
  const text = await textOf(join(directory, 'commondir'));
  if (text === undefined) return directory;
  const path = resolve(directory, withoutLineEnds(text));
  return realpath(path).catch(() => path);
}

function withoutLineEnds(text: string): string {
  return text.replace(/(?<![\r\n])[\r\n]+$/, '');
}

/** The directory that a `.git` file refers to. */
async function directoryNamedIn(file: string): Promise<string | undefined> {
  const path = /^gitdir: (.+)$/s.exec(withoutLineEnds((await textOf(file)) ?? ''))?.[1];
  return path === undefined ? undefined : realpath(resolve(dirname(file), path)).catch(() => undefined);
}

/** The value of `core.worktree`, which git reads only from these two files. */
async function worktreeOf(directory: string): Promise<string | undefined> {
  let found: string | undefined;
  for (const name of ['config', 'config.worktree']) {
    let section = '';
    for (const line of ((await textOf(join(directory, name))) ?? '').split('\n')) {
      section = /^\s*\[\s*([^\]\s"]+)\s*\]/.exec(line)?.[1]?.toLowerCase() ?? (/^\s*\[/.test(line) ? '' : section);
      const value = /(?:^|\])\s*worktree\s*=\s*(.*)$/is.exec(line.trimEnd())?.[1];
      if (section === 'core' && value !== undefined) found = value.replace(/^"(.*)"$/, '$1').replace(/\\(.)/g, '$1');
    }
  }
  if (found === undefined) return undefined;
  const path = resolve(directory, found);
  return realpath(path).catch(() => path);
}

/** Git's own test, or stricter: HEAD names a branch or a commit, and `objects` and `refs` exist. */
async function isRepository(folder: string): Promise<boolean> {
  // Git accepts neither a pipe nor an oversized file as HEAD.
  const head = await textOf(join(folder, 'HEAD')).catch(() => undefined);
  if (!/^(?:ref:\s*refs\/\S|[\da-f]{40})/.test(head ?? '')) return false;
  const found = await Promise.all(['objects', 'refs'].map((name) => stat(join(folder, name)).catch(() => undefined)));
  return found.every((stats) => stats?.isDirectory());
}

/** Undefined if there is no such file. Throws `InvalidGitFile`. */
async function textOf(path: string): Promise<string | undefined> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return undefined;
  if (!stats.isFile() || stats.size > maxBytes) throw new InvalidGitFile(`${path} was not written by git.`);
  return readFile(path, 'utf8').catch(() => {
    throw new InvalidGitFile(`${path} cannot be read.`);
  });
}

/** Whether the path is the folder or inside it. Both are absolute. */
export function liesIn(folder: string, path: string): boolean {
  const relativePath = relative(folder, path);
  return (
    relativePath === '' || !(relativePath === '..' || relativePath.startsWith(`..${sep}`) || isAbsolute(relativePath))
  );
}
