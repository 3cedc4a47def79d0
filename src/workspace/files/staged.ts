// Reads staged changes and the latest messages of a trusted repository. Only stored objects are compared, never files,
// so that no filter or program of the repository is run.
import { gitFor, type RunGit } from './git-command.ts';

export interface StagedFile {
  /** Relative to the repository, '/' between names. */
  readonly path: string;
  /** 'A' added, 'M' changed, 'D' deleted, 'T' of another kind, 'U' not merged yet. */
  readonly status: string;
  /** Git's names of its contents in the last commit and in the index; undefined: it is not there. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** A file's change: git's diff of it, and both whole files. */
export interface StagedChange {
  readonly diff: string;
  /** '' where the file is not there. */
  readonly before: string;
  readonly after: string;
}

export interface PastCommit {
  readonly message: string;
  readonly paths: readonly string[];
}

const plain = ['--no-ext-diff', '--no-textconv', '--no-color', '--no-renames'];
/** Commits that are looked at, newest first. */
const mostCommits = 400;
/** Longest diff of a file, characters. */
const mostDiff = 400_000;
/** Of a whole file, characters. */
const mostText = 4_000_000;
/** Calls of git under way at once. */
const atOnce = 8;

/** Undefined: git cannot tell. @param root of the repository */
export async function stagedFiles(root: string, signal?: AbortSignal): Promise<StagedFile[] | undefined> {
  const raw = await gitFor(root)(root, ['diff', '--cached', '--raw', '--no-abbrev', '-z', ...plain], signal);
  const fields = raw?.split('\0');
  return fields && Array.from({ length: Math.floor(fields.length / 2) }, (_, i) => fileOf(fields.slice(2 * i)));
}

/** ':100644 100644 <id before> <id after> M', and the path. */
function fileOf([about = '', path = '']: readonly string[]): StagedFile {
  const [, , before, after, status = ''] = about.split(' ');
  return { path, status: status.slice(0, 1), before: idOf(before), after: idOf(after) };
}

function idOf(id = ''): string | undefined {
  return /^0*$/.test(id) ? undefined : id;
}

/**
 * The changes of these files and of no others, by path; none of one that git does not tell apart, or that is past a
 * limit.
 * Each is asked for by its name: in a diff of several, how many parts a file has hangs on its kind and on settings.
 */
export async function stagedChanges(
  root: string,
  files: readonly StagedFile[],
  signal?: AbortSignal,
): Promise<Map<string, StagedChange>> {
  const git = gitFor(root);
  const changes = new Map<string, StagedChange>();
  // The others have no part, or two.
  const plainly = files.filter(({ status }) => /^[AMD]$/.test(status));
  for (let done = 0; done < plainly.length; done += atOnce) {
    const asked = plainly.slice(done, done + atOnce).map(async ({ path, before, after }) => {
      const args = ['--literal-pathspecs', 'diff', '--cached', ...plain, '--', path];
      const diff = await git(root, args, signal);
      // A second part is of a file below a folder that stands where this file stood, and was not asked about.
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
 * Of a stored file; undefined: it is too long, or git does not have it (a submodule's commit, what a partial clone
 * lacks).
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

/** A file's own lines never begin so: each has a sign before it. */
function partsIn(diff: string): number {
  return diff.split('\n').filter((line) => line.startsWith('diff --git ')).length;
}

/** Newest first; none where there is no history. */
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
