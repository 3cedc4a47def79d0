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
  return withNested(git, reader, '', listing, 0, signal);
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

/** Git lists each submodule or untracked repository as one folder entry; here, its files are listed instead. */
async function withNested(
  git: RunGit,
  reader: FolderReader,
  prefix: string,
  listing: GitListing,
  depth: number,
  signal?: AbortSignal,
): Promise<GitListing> {
  const [nested, own] = [new Set<string>(), new Set<string>()];
  for (const entry of listing.files) {
    if (entry.endsWith('/')) nested.add(entry.slice(0, -1));
    else own.add(entry);
  }
  // Only the mode in the index marks a submodule. Reading the modes costs less than a stat of every file.
  const submodules = await git(join(reader.root, prefix), ['ls-files', '-z', '--stage'], signal);
  for (const entry of entriesOf(submodules ?? '')) {
    if (entry.startsWith('160000 ')) nested.add(entry.slice(entry.indexOf('\t') + 1));
  }
  const [files, ignored] = [[...own].filter((path) => !nested.has(path)), [...listing.ignored]];
  for (const folder of nested) {
    // The index may name a link or a folder elsewhere.
    if ((await reader.folder(prefix + folder)) !== undefined) continue;
    const nestedRoot = join(reader.root, prefix, folder);
    // A submodule that is not checked out has no .git, so git would answer for the outer repository.
    if (depth >= maxDepth || !(await exists(join(nestedRoot, '.git')))) continue;
    const found = await listRepository(git, nestedRoot, signal);
    if (found === undefined) continue;
    const inside = await withNested(git, reader, `${prefix}${folder}/`, found, depth + 1, signal);
    for (const path of inside.files) files.push(`${folder}/${path}`);
    for (const path of inside.ignored) ignored.push(`${folder}/${path}`);
  }
  return { files, ignored };
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
