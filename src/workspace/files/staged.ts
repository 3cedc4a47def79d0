// Reads staged changes and the latest commit messages of a trusted repository. It compares only stored objects, never
// working files, so that no filter or program of the repository runs.
import { decodeStored } from './examine.ts';
import { gitFor, type RunGit } from './git-command.ts';

export interface StagedFile {
  /** Relative to the repository, '/' between names. */
  readonly path: string;
  /** 'A' added, 'M' modified, 'D' deleted, 'T' type changed, 'U' unmerged. */
  readonly status: string;
  /** Git's object ids of its contents in the last commit and in the index. Undefined if it is no file there. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** A file's change: git's diff, and the whole file before and after. */
export interface StagedChange {
  readonly diff: string;
  /** '' if the file did not exist. */
  readonly before: string;
  readonly after: string;
}

export interface PastCommit {
  readonly message: string;
  readonly paths: readonly string[];
  /** The paths among these that the commit added. */
  readonly added: readonly string[];
}

const plainDiff = ['--no-ext-diff', '--no-textconv', '--no-color', '--no-renames'];
/** Maximum number of commits read, newest first. */
const maxCommits = 400;
/** Maximum length of a file's diff, characters. */
const maxDiffLength = 400_000;
/** Maximum length of a whole file, characters. */
const maxTextLength = 4_000_000;
/** Number of concurrent git calls. */
const concurrentCalls = 8;

/** Undefined if git fails. @param root of the repository */
export async function stagedFiles(root: string, signal?: AbortSignal): Promise<StagedFile[] | undefined> {
  const raw = await gitFor(root)(root, ['diff', '--cached', '--raw', '--no-abbrev', '-z', ...plainDiff], signal);
  return raw === undefined ? undefined : pairsOf(raw).map(([header, path]) => fileOf(header, path));
}

/** The fields of git's output, each ended by a zero, in twos. */
function pairsOf(output: string): (readonly string[])[] {
  const fields = output.split('\0');
  return Array.from({ length: Math.floor(fields.length / 2) }, (_, i) => fields.slice(2 * i, 2 * i + 2));
}

/** Parses ':100644 100644 <id before> <id after> M' and the path. */
function fileOf(header = '', path = ''): StagedFile {
  const [modeBefore, modeAfter, before, after, status = ''] = header.slice(1).split(' ');
  return { path, status: status.slice(0, 1), before: idOf(before, modeBefore), after: idOf(after, modeAfter) };
}

/** A submodule's id is a commit of another repository. */
function idOf(id = '', mode = ''): string | undefined {
  return /^0*$/.test(id) || mode === '160000' ? undefined : id;
}

/**
 * The changes of exactly these files, by path. Omits files whose diff does not have exactly one part, and files above
 * a limit.
 * Each file is requested separately, because in a diff of several files, the number of parts per file varies.
 */
export async function stagedChanges(
  root: string,
  files: readonly StagedFile[],
  signal?: AbortSignal,
): Promise<Map<string, StagedChange>> {
  const git = gitFor(root);
  const changes = new Map<string, StagedChange>();
  // For any other status, the diff contains zero parts or two.
  const changed = files.filter(({ status }) => /^[AMD]$/.test(status));
  for (let done = 0; done < changed.length; done += concurrentCalls) {
    const requests = changed.slice(done, done + concurrentCalls).map(async ({ path, before, after }) => {
      const args = ['--literal-pathspecs', 'diff', '--cached', ...plainDiff, '--', path];
      const diff = await git(root, args, signal, decodeStored);
      // A second part means that a folder replaced this file. It belongs to a file in it, which was not requested.
      if (diff === undefined || diff.length > maxDiffLength || partsIn(diff) !== 1) return;
      const texts = await Promise.all([before, after].map((id) => wholeText(git, root, id, maxTextLength, signal)));
      const [old, current] = texts;
      if (old !== undefined && current !== undefined) changes.set(path, { diff, before: old, after: current });
    });
    await Promise.all(requests);
  }
  return changes;
}

/**
 * The text of a stored file; '' without an id. Undefined if it is too long, or if git does not have it (a missing
 * object of a partial clone).
 */
export async function wholeText(
  git: RunGit,
  root: string,
  id: string | undefined,
  maxLength: number,
  signal?: AbortSignal,
): Promise<string | undefined> {
  if (id === undefined) return '';
  const text = await git(root, ['cat-file', 'blob', id], signal, decodeStored);
  return text !== undefined && text.length <= maxLength ? text : undefined;
}

/** Counts the file headers. Lines of a file never begin like one, because each has a sign before it. */
function partsIn(diff: string): number {
  return diff.split('\n').filter((line) => line.startsWith('diff --git ')).length;
}

/** The latest commits, newest first. Empty if there is no history. */
export async function pastCommits(root: string, signal?: AbortSignal): Promise<PastCommit[]> {
  const format = '--format=%x01%B%x02';
  const args = ['log', '--no-merges', `--max-count=${maxCommits}`, '--name-status', '-z', format, ...plainDiff];
  const log = (await gitFor(root)(root, args, signal)) ?? '';
  return log.split('\x01').flatMap((entry) => {
    const [message = '', changes = ''] = entry.split('\x02');
    return message.trim() === '' ? [] : [{ message: message.trim(), ...pathsIn(changes) }];
  });
}

/** Parses 'A', a path, 'M', a path, .... */
function pathsIn(changes: string): Pick<PastCommit, 'paths' | 'added'> {
  const pairs = pairsOf(changes.replace(/^[\0\n]+/, ''));
  const pathsOf = (chosen: readonly (readonly string[])[]) =>
    chosen.flatMap(([, path = '']) => (path === '' ? [] : [path]));
  return { paths: pathsOf(pairs), added: pathsOf(pairs.filter(([status]) => status === 'A')) };
}
