// Context of a commit message: staged changes and earlier messages on the same files. Private files appear by name
// only. Both versions of a file are redacted whole before hunks are cut out, because a replaced secret is still secret.
import { relative, sep } from 'node:path';
import { failed, ok, type Result } from '../common/errors.ts';
import { additionsBeside, nearestMessages } from '../prompts/commit/commit-style.ts';
import type { ChangedFile } from '../prompts/commit/local-draft.ts';
import { ruleOf } from '../workspace/files/file.ts';
import { harvestFolder } from '../workspace/files/folder.ts';
import { gitFault } from '../workspace/files/git-directory.ts';
import {
  type PastCommit,
  pastCommits,
  type StagedChange,
  stagedChanges,
  stagedFiles,
} from '../workspace/files/staged.ts';
import type { HarvestOptions } from '../workspace/files/types.ts';
import { redactKnown, SecretValues } from '../workspace/secrets/known/known.ts';
import { findSecrets } from '../workspace/secrets/redact.ts';
import { redactedDiff, sideOf } from './redacted-diff.ts';

/** An opened, trusted folder, and the rules for sending its files. */
export interface OpenedFolder {
  readonly root: string;
  readonly harvest: Partial<HarvestOptions>;
  /** The user's globs: files that they exclude are not sent. */
  readonly exclude: Readonly<Record<string, boolean>>;
}

export interface CommitSource extends OpenedFolder {
  /** The repository: the folder itself or a folder in it. */
  readonly repository: string;
}

export interface CommitContext {
  readonly files: readonly ChangedFile[];
  /** Whole earlier messages; those on the most similar files come first. */
  readonly nearest: readonly string[];
  /** Messages that added files to the same folders, if all staged files are new. They come first in `nearest`, too. */
  readonly additions: readonly string[];
}

/** Maximum earlier messages, which show the style. */
const NEAREST = 12;
/** Maximum files that are read; the others are only named. */
const MAX_FILES = 100;

export async function readCommit(
  { root, repository, harvest, exclude }: CommitSource,
  signal: AbortSignal,
): Promise<Result<CommitContext>> {
  const fault = await gitFault(repository);
  if (fault !== undefined) return failed('unreadable', fault);
  const staged = await stagedFiles(repository, signal);
  if (staged === undefined) return failed('unreadable', 'Git cannot list the staged files of this folder.');
  if (staged.length === 0) return failed('nothing-to-learn', 'Nothing is staged. Stage the changes to describe.');
  const below = relative(root, repository).split(sep).join('/');
  const knownSecrets: SecretValues[] = [];
  // Listing the outer folder skips a nested repository that git ignores.
  for (const each of below === '' ? [root] : [root, repository]) {
    const read = await harvestFolder(each, harvest, { signal });
    if (!read.ok) return read;
    knownSecrets.push(read.value.secrets);
  }
  const redact = (text: string, path: string) => redactKnown(text, path, knownSecrets).text;
  // The folder's rules may be stricter than the repository's.
  const pathInRoot = (path: string) => (below === '' ? path : `${below}/${path}`);
  const readFiles = staged.slice(0, MAX_FILES);
  const rules = await Promise.all(readFiles.map(({ path }) => ruleOf(root, pathInRoot(path), harvest, exclude)));
  const open = readFiles.filter((_, i) => rules[i] === 'open');
  const changes = await stagedChanges(repository, open, signal);
  knownSecrets.push(secretsIn(changes));
  const files = staged.map(({ path, status }): ChangedFile => {
    const change = changes.get(path);
    if (change === undefined) return { path: redact(path, ''), status, diff: '' };
    const [before, after] = [change.before, change.after].map((text) => sideOf(text, redact(text, path)));
    // Redacted again, because the diff header contains paths.
    const diff = before && after ? redact(redactedDiff(change.diff, before, after), path) : '';
    return { path: redact(path, ''), status, diff };
  });
  const paths = staged.map(({ path }) => path);
  const past = await pastCommits(repository, signal);
  const isNew = staged.every(({ status }) => status === 'A');
  const additions = isNew ? nearestMessages(additionsBeside(past, paths), paths, NEAREST) : [];
  const otherMessages = nearestMessages(past, paths, 2 * NEAREST).filter((commit) => !additions.includes(commit));
  const messagesOf = (commits: readonly PastCommit[]) => commits.map(({ message }) => redact(message, ''));
  return ok({
    files,
    nearest: messagesOf([...additions, ...otherMessages].slice(0, NEAREST)),
    additions: messagesOf(additions),
  });
}

/** Secrets of both versions of all changed files. */
function secretsIn(changes: ReadonlyMap<string, StagedChange>): SecretValues {
  const secrets = new SecretValues();
  for (const [path, { before, after }] of changes)
    for (const text of [before, after]) secrets.learn(findSecrets(text, path));
  return secrets;
}
