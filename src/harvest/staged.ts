// What stands ready to be committed in a repository, and its latest messages: of trusted folders alone. Only stored objects are compared,
// never files, so that no filter and no program that the repository names is run.
import { gitFor } from './git-command.ts';

export interface StagedFile {
  /** Relative to the repository, '/' between names. */
  readonly path: string;
  /** 'A' added, 'M' changed, 'D' deleted, 'T' of another kind, 'U' not merged yet. */
  readonly status: string;
}

export interface PastCommit {
  readonly message: string;
  readonly paths: readonly string[];
}

const plain = ['--no-ext-diff', '--no-textconv', '--no-color', '--no-renames'];
/** Commits that are looked at, newest first. */
const mostCommits = 400;
/** Of one file: longer ones are no work of people, characters. */
const mostDiff = 400_000;
/** Calls of git under way at once. */
const atOnce = 8;

/** Undefined: git cannot tell. @param root of the repository */
export async function stagedFiles(root: string, signal?: AbortSignal): Promise<StagedFile[] | undefined> {
  const names = await gitFor(root)(root, ['diff', '--cached', '--name-status', '-z', ...plain], signal);
  const fields = names?.split('\0');
  return fields && Array.from({ length: Math.floor(fields.length / 2) }, (_, i) => fileOf(fields.slice(2 * i)));
}

function fileOf([status = '', path = '']: readonly string[]): StagedFile {
  return { status: status.slice(0, 1), path };
}

/**
 * The diffs of these files and of no others, by path; none of one that git does not tell apart, or that is past the limit.
 * Each is asked for by its name: in a diff of several, how many parts a file has hangs on its kind and on settings.
 */
export async function stagedDiffs(
  root: string,
  files: readonly StagedFile[],
  signal?: AbortSignal,
): Promise<Map<string, string>> {
  const git = gitFor(root);
  const diffs = new Map<string, string>();
  // The others have no part, or two.
  const plainly = files.filter(({ status }) => /^[AMD]$/.test(status));
  for (let done = 0; done < plainly.length; done += atOnce) {
    const asked = plainly.slice(done, done + atOnce).map(async ({ path }) => {
      const args = ['--literal-pathspecs', 'diff', '--cached', ...plain, '--', path];
      const diff = await git(root, args, signal);
      // A second part is of a file below a folder that stands where this file stood, and was not asked about.
      if (diff !== undefined && diff.length <= mostDiff && partsIn(diff) === 1) diffs.set(path, diff);
    });
    await Promise.all(asked);
  }
  return diffs;
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
