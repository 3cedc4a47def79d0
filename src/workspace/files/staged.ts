// Reads staged changes and the latest commit messages of a trusted repository. It compares only stored objects, never
// working files, so that no filter or program of the repository runs.
import { gitFor, type RunGit } from './git-command.ts';

export interface StagedFile {
  /** Relative to the repository, '/' between names. */
  readonly path: string;
  /** 'A' added, 'M' modified, 'D' deleted, 'T' type changed, 'U' unmerged. */
  readonly status: string;
  /** Git's object ids of its contents in the last commit and in the index. Undefined if the file is absent there. */
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
}

const plain = ['--no-ext-diff', '--no-textconv', '--no-color', '--no-renames'];
/** Maximum number of commits read, newest first. */
const mostCommits = 400;
/** Maximum length of a file's diff, characters. */
const mostDiff = 400_000;
/** Maximum length of a whole file, characters. */
const mostText = 4_000_000;
/** Number of concurrent git calls. */
const atOnce = 8;

/** Undefined if git fails. @param root of the repository */
export async function stagedFiles(root: string, signal?: AbortSignal): Promise<StagedFile[] | undefined> {
  const raw = await gitFor(root)(root, ['diff', '--cached', '--raw', '--no-abbrev', '-z', ...plain], signal);
  const fields = raw?.split('\0');
  return fields && Array.from({ length: Math.floor(fields.length / 2) }, (_, i) => fileOf(fields.slice(2 * i)));
}

/** Parses ':100644 100644 <id before> <id after> M' and the path. */
function fileOf([about = '', path = '']: readonly string[]): StagedFile {
  const [, , before, after, status = ''] = about.split(' ');
  return { path, status: status.slice(0, 1), before: idOf(before), after: idOf(after) };
}

function idOf(id = ''): string | undefined {
  return /^0*$/.test(id) ? undefined : id;
}

/**
 * The changes of exactly these files, by path. Omits files without a single diff, and files above a limit.
 * Each file is requested separately, because in a diff of several files, the number of parts per file varies.
 */
export async function stagedChanges(
  root: string,
  files: readonly StagedFile[],
  signal?: AbortSignal,
): Promise<Map<string, StagedChange>> {
  const git = gitFor(root);
  const changes = new Map<string, StagedChange>();
  // Files with another status have no part in the diff, or two.
  const plainly = files.filter(({ status }) => /^[AMD]$/.test(status));
  for (let done = 0; done < plainly.length; done += atOnce) {
    const asked = plainly.slice(done, done + atOnce).map(async ({ path, before, after }) => {
      const args = ['--literal-pathspecs', 'diff', '--cached', ...plain, '--', path];
      const diff = await git(root, args, signal);
      // A second part belongs to a file in a folder that replaced this file. That file was not requested.
      if (diff === undefined || diff.length > mostDiff || partsIn(diff) !== 1) return;
      const texts = await Promise.all([before, after].map((id) => wholeText(git, root, id, signal)));
      const [old, now] = texts;
      if (old !== undefined && now !== undefined) changes.set(path, { diff, before: old, after: now });
    });
    await Promise.all(asked);
  }
  return changes;
}

/**
 * The text of a stored file. Undefined if it is too long, or if git does not have it (a submodule's commit, a missing
 * object of a partial clone).
 */
async function wholeText(
  git: RunGit,
  root: string,
  id: string | undefined,
  signal?: AbortSignal,
): Promise<string | undefined> {
  if (id === undefined) return '';
  const text = await git(root, ['cat-file', 'blob', id], signal);
  return text !== undefined && text.length <= mostText ? text : undefined;
}

/** Counts the file headers. Lines of a file never begin like one, because each has a sign before it. */
function partsIn(diff: string): number {
  return diff.split('\n').filter((line) => line.startsWith('diff --git ')).length;
}

/** The latest commits, newest first. Empty if there is no history. */
export async function pastCommits(root: string, signal?: AbortSignal): Promise<PastCommit[]> {
  const format = '--format=%x01%B%x02';
  const args = ['log', '--no-merges', `--max-count=${mostCommits}`, '--name-only', '-z', format, ...plain];
  const log = (await gitFor(root)(root, args, signal)) ?? '';
  return log.split('\x01').flatMap((entry) => {
    const [message = '', paths = ''] = entry.split('\x02');
    const names = paths.split('\0').map((path) => path.replace(/^\n/, ''));
    return message.trim() === '' ? [] : [{ message: message.trim(), paths: names.filter((path) => path !== '') }];
  });
}
