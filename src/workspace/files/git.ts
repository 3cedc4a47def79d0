// Lists a folder with git: tracked and untracked files that git does not ignore, including nested repositories.
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { type FolderReader, parentOf } from './folder-reader.ts';
import { gitFor, type RunGit } from './git-command.ts';

export interface GitListing {
  /** Paths relative to the folder, '/' separators. Their existence is not checked yet. */
  readonly files: readonly string[];
  /** Ignored files and (with a trailing '/') whole ignored folders. */
  readonly ignored: readonly string[];
}

/** Maximum depth of nested repositories. A deeper one is a mistake or an attack. */
const maxDepth = 8;

/** Undefined if git is absent or broken, the folder is not in a repository, or its repository ignores it. */
export async function listWithGit(reader: FolderReader, signal?: AbortSignal): Promise<GitListing | undefined> {
  const { root } = reader;
  const git = gitFor(root);
  const listing = await listRepository(git, root, signal);
  if (listing === undefined) return undefined;
  // An ignored folder of an outer repository looks empty to git, but the user opened it.
  if (listing.files.length === 0 && (await ignoredByGit(git, root, '.', signal))) return undefined;
  const files = new Set<string>();
  const ignored: string[] = [...listing.ignored];
  await addFiles(git, reader, '', listing.files, { files, ignored }, 0, signal);
  return { files: [...files], ignored };
}

/** Whether git would list this one file. Undefined as in `listWithGit`. */
export function isListedByGit(reader: FolderReader, path: string, signal?: AbortSignal): Promise<boolean | undefined> {
  return isListed(gitFor(reader.root), reader.root, path, signal);
}

async function isListed(git: RunGit, root: string, path: string, signal?: AbortSignal): Promise<boolean | undefined> {
  // Git knows only the files of its own repository, so the nested repository is asked about its files.
  for (let folder = parentOf(path); folder !== ''; folder = parentOf(folder)) {
    const nestedRoot = join(root, folder);
    if (!(await exists(join(nestedRoot, '.git')))) continue;
    const known = await isListed(git, nestedRoot, path.slice(folder.length + 1), signal);
    return known && !(await ignoredByGit(git, root, folder, signal));
  }
  const listed = await git(root, ['--literal-pathspecs', 'ls-files', '-coz', '--exclude-standard', '--', path], signal);
  if (listed === undefined) return undefined;
  if (entriesOf(listed).includes(path)) return true;
  return (await ignoredByGit(git, root, '.', signal)) ? undefined : false;
}

async function ignoredByGit(git: RunGit, folder: string, path: string, signal?: AbortSignal): Promise<boolean> {
  // './' keeps a name that begins with ':' from being a pathspec.
  return (await git(folder, ['check-ignore', '--quiet', '--', `./${path}`], signal)) !== undefined;
}

interface FoundFiles {
  readonly files: Set<string>;
  readonly ignored: string[];
}

/** Git lists each submodule or untracked repository as one folder entry; this function adds its files. */
async function addFiles(
  git: RunGit,
  reader: FolderReader,
  prefix: string,
  listed: readonly string[],
  found: FoundFiles,
  depth: number,
  signal?: AbortSignal,
): Promise<void> {
  const folders: string[] = [];
  for (const entry of listed) {
    if (entry.endsWith('/')) folders.push(entry.slice(0, -1));
    else found.files.add(prefix + entry);
  }
  // Only the mode in the index marks a submodule. Reading the modes costs less than a stat of every file.
  const submodules = await git(join(reader.root, prefix), ['ls-files', '-z', '--stage'], signal);
  for (const entry of entriesOf(submodules ?? '')) {
    if (entry.startsWith('160000 ')) folders.push(entry.slice(entry.indexOf('\t') + 1));
  }
  for (const folder of new Set(folders)) {
    found.files.delete(prefix + folder);
    // The index may name a link or a folder elsewhere.
    if ((await reader.folder(prefix + folder)) !== undefined) continue;
    const nestedRoot = join(reader.root, prefix, folder);
    // A submodule that is not checked out has no .git, so git would answer for the outer repository.
    if (depth >= maxDepth || !(await exists(join(nestedRoot, '.git')))) continue;
    const nested = await listRepository(git, nestedRoot, signal);
    if (nested === undefined) continue;
    found.ignored.push(...nested.ignored.map((path) => `${prefix}${folder}/${path}`));
    await addFiles(git, reader, `${prefix}${folder}/`, nested.files, found, depth + 1, signal);
  }
}

async function listRepository(git: RunGit, folder: string, signal?: AbortSignal): Promise<GitListing | undefined> {
  const [files, ignored] = await Promise.all([
    git(folder, ['ls-files', '-coz', '--exclude-standard'], signal),
    git(folder, ['ls-files', '-oiz', '--directory', '--exclude-standard'], signal),
  ]);
  return files === undefined ? undefined : { files: entriesOf(files), ignored: entriesOf(ignored ?? '') };
}

function entriesOf(output: string): string[] {
  return output.split('\0').filter((entry) => entry !== '');
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
