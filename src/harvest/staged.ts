// What stands ready to be committed in a repository, and its latest messages: of trusted folders alone. Only stored objects are compared,
// never files, so that no filter and no program that the repository names is run.
import { gitFor } from './git-command.ts';

export interface StagedFile {
  /** Relative to the repository, '/' between names. */
  readonly path: string;
  /** 'A' added, 'M' changed, 'D' deleted, 'T' of another kind. */
  readonly status: string;
  /** Its part of the diff; '' where it is past the limit. */
  readonly diff: string;
}

export interface PastCommit {
  readonly message: string;
  readonly paths: readonly string[];
}

const plain = ['--no-ext-diff', '--no-textconv', '--no-color', '--no-renames'];
/** Commits that are looked at, newest first. */
const mostCommits = 400;
/** Longer ones are no work of people, characters. */
const mostDiff = 4_000_000;

/** Undefined: git cannot tell. @param root of the repository */
export async function stagedFiles(root: string, signal?: AbortSignal): Promise<StagedFile[] | undefined> {
  const git = gitFor(root);
  const names = await git(root, ['diff', '--cached', '--name-status', '-z', ...plain], signal);
  const diff = await git(root, ['diff', '--cached', ...plain], signal);
  if (names === undefined || diff === undefined) return undefined;
  const fields = names.split('\0');
  // In the order of the names: a name in a header may be quoted, its place says the same.
  const parts = diff.length > mostDiff ? [] : diff.split(/^(?=diff --git )/m).filter((part) => part !== '');
  return Array.from({ length: Math.floor(fields.length / 2) }, (_, i) => ({
    status: fields[2 * i]?.slice(0, 1) ?? '',
    path: fields[2 * i + 1] ?? '',
    diff: parts[i] ?? '',
  }));
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
