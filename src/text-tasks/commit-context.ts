// What a commit message is written from: what is staged, and earlier messages of the same places; files that may not leave as names.
// Both sides of a change are read and masked as whole files, and then the hunks are cut out of them: a secret that is replaced is still one.
import { relative, sep } from 'node:path';
import { failed, ok, type Result } from '../common/errors.ts';
import { nearestMessages } from '../prompts/commit/commit-style.ts';
import type { ChangedFile } from '../prompts/commit/local-draft.ts';
import { ruleOf } from '../workspace/files/file.ts';
import { harvestFolder } from '../workspace/files/folder.ts';
import { gitFault } from '../workspace/files/git-directory.ts';
import { pastCommits, type StagedChange, stagedChanges, stagedFiles } from '../workspace/files/staged.ts';
import type { HarvestOptions } from '../workspace/files/types.ts';
import { maskKnown, SecretValues } from '../workspace/secrets/known.ts';
import { findSecrets } from '../workspace/secrets/mask.ts';
import { maskedDiff, sideOf } from './masked-diff.ts';

/** A folder that the user opened and trusts, and what of it may be sent. */
export interface OpenedFolder {
  readonly root: string;
  readonly harvest: Partial<HarvestOptions>;
  /** Globs of the user's: what they leave out stays here. */
  readonly exclude: Readonly<Record<string, boolean>>;
}

export interface CommitSource extends OpenedFolder {
  /** The folder itself, or one in it. */
  readonly repository: string;
}

export interface CommitContext {
  readonly files: readonly ChangedFile[];
  /** Whole messages, nearest first. */
  readonly near: readonly string[];
}

/** Messages that the style is taken from. */
const NEAREST = 12;
/** Files of which more than the name is looked at. */
const MOST_FILES = 100;

export async function readCommit(
  { root, repository, harvest, exclude }: CommitSource,
  signal: AbortSignal,
): Promise<Result<CommitContext>> {
  const fault = await gitFault(repository);
  if (fault !== undefined) return failed('unreadable', fault);
  const staged = await stagedFiles(repository, signal);
  if (staged === undefined) return failed('unreadable', 'Git cannot tell what is staged in this folder.');
  if (staged.length === 0)
    return failed('nothing-to-learn', 'Nothing is staged. Stage the changes that the message is about.');
  const below = relative(root, repository).split(sep).join('/');
  const known: SecretValues[] = [];
  // The folder's list passes over a repository in it that git ignores there.
  for (const each of below === '' ? [root] : [root, repository]) {
    const read = await harvestFolder(each, harvest, { signal });
    if (!read.ok) return read;
    known.push(read.value.secrets);
  }
  const mask = (text: string, path: string) => maskKnown(text, path, known).text;
  // By the rules of the folder, which may say more than the repository's own.
  const placeOf = (path: string) => (below === '' ? path : `${below}/${path}`);
  const looked = staged.slice(0, MOST_FILES);
  const rules = await Promise.all(looked.map(({ path }) => ruleOf(root, placeOf(path), harvest, exclude)));
  const open = looked.filter((_, i) => rules[i] === 'open');
  const changes = await stagedChanges(repository, open, signal);
  known.push(secretsIn(changes));
  const files = staged.map(({ path, status }): ChangedFile => {
    const change = changes.get(path);
    if (change === undefined) return { path: mask(path, ''), status, diff: '' };
    const [before, after] = [change.before, change.after].map((text) => sideOf(text, mask(text, path)));
    // Once more: its head names files.
    const diff = before && after ? mask(maskedDiff(change.diff, before, after), path) : '';
    return { path: mask(path, ''), status, diff };
  });
  const paths = staged.map(({ path }) => path);
  const near = nearestMessages(await pastCommits(repository, signal), paths, NEAREST);
  return ok({ files, near: near.map(({ message }) => mask(message, '')) });
}

/** What either side of any change says is a secret. */
function secretsIn(changes: ReadonlyMap<string, StagedChange>): SecretValues {
  const secrets = new SecretValues();
  for (const [path, { before, after }] of changes)
    for (const text of [before, after]) secrets.learn(findSecrets(text, path));
  return secrets;
}
