// Context of a commit message: staged changes and earlier messages on the same files. Private files appear by name
// only. All stored versions that the changes replace are read for secrets, and whole files are redacted before hunks are
// cut out, because a replaced secret is still secret.
import { relative, sep } from 'node:path';
import { failed, ok, type Result } from '../common/errors.ts';
import { additionsBeside, nearestMessages } from '../prompts/commit/commit-style.ts';
import type { ChangedFile } from '../prompts/commit/local-draft.ts';
import { ruleOf } from '../workspace/files/file.ts';
import { harvestFolder } from '../workspace/files/folder.ts';
import { FolderReader } from '../workspace/files/folder-reader.ts';
import { gitFault } from '../workspace/files/git-directory.ts';
import { type PastCommit, pastCommits, stagedChanges, stagedFiles } from '../workspace/files/staged.ts';
import { learnStored } from '../workspace/files/stored-secrets.ts';
import type { HarvestOptions } from '../workspace/files/types.ts';
import { redactKnown, SecretValues } from '../workspace/secrets/known/known.ts';
import { redactPath } from '../workspace/secrets/known/redact-path.ts';
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
  /** Why nothing of this may be sent, for the user: not all secrets are known. */
  readonly withheld?: string;
}

/** Maximum earlier messages, which show the style. */
const NEAREST = 12;
/** Maximum files whose changes are shown; the others are only named. */
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
  const stored = new SecretValues();
  const withheld = await learnStored(await FolderReader.open(repository), staged, stored, signal);
  knownSecrets.push(stored);
  const redact = (text: string, path: string) => redactKnown(text, path, knownSecrets).text;
  /** A token in a name is redacted in texts too: a diff's header, a message. */
  const redactName = (path: string) => {
    const name = redactPath(path, knownSecrets);
    for (const { index, 0: stars } of name.matchAll(/\*+/g)) stored.add(path.slice(index, index + stars.length));
    return name;
  };
  // The folder's rules may be stricter than the repository's.
  const pathInRoot = (path: string) => (below === '' ? path : `${below}/${path}`);
  const readFiles = withheld === undefined ? staged.slice(0, MAX_FILES) : [];
  const rules = await Promise.all(readFiles.map(({ path }) => ruleOf(root, pathInRoot(path), harvest, exclude)));
  const open = readFiles.filter((_, i) => rules[i] === 'open');
  const changes = await stagedChanges(repository, open, signal);
  const paths = staged.map(({ path }) => path);
  const past = await pastCommits(repository, signal);
  const isNew = staged.every(({ status }) => status === 'A');
  const additions = isNew ? nearestMessages(additionsBeside(past, paths), paths, NEAREST) : [];
  const otherMessages = nearestMessages(past, paths, 2 * NEAREST).filter((commit) => !additions.includes(commit));
  const nearest = [...additions, ...otherMessages].slice(0, NEAREST);
  const names = paths.map(redactName);
  for (const commit of [...nearest, ...additions]) commit.paths.forEach(redactName);
  const files = staged.map(({ path, status }, i): ChangedFile => {
    const name = names[i] as string;
    const change = changes.get(path);
    if (change === undefined) return { path: name, status, diff: '' };
    const [before, after] = [change.before, change.after].map((text) => sideOf(text, redact(text, path)));
    // Redacted again, because the diff header contains paths.
    const diff = before && after ? redact(redactedDiff(change.diff, before, after), path) : '';
    return { path: name, status, diff };
  });
  const messagesOf = (commits: readonly PastCommit[]) => commits.map(({ message }) => redact(message, ''));
  return ok({
    files,
    nearest: messagesOf(nearest),
    additions: messagesOf(additions),
    ...(withheld !== undefined && { withheld }),
  });
}
