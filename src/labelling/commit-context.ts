// What a commit message is written from: what is staged, and earlier messages of the same places; secrets masked, files that may not leave as names.
import { relative, sep } from 'node:path';
import { failed, ok, type Result } from '../common/errors.ts';
import { ruleOf } from '../harvest/file.ts';
import { harvestFolder } from '../harvest/folder.ts';
import { pastCommits, stagedDiffs, stagedFiles } from '../harvest/staged.ts';
import type { HarvestOptions } from '../harvest/types.ts';
import { maskKnown, type SecretValues } from '../secrets/known.ts';
import { nearestMessages } from '../tasks/commit/commit-style.ts';
import type { ChangedFile } from '../tasks/commit/local-draft.ts';

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
  const diffs = await stagedDiffs(repository, open, signal);
  const files = staged.map(
    ({ path, status }): ChangedFile => ({
      ...{ path: mask(path, ''), status },
      diff: mask(diffs.get(path) ?? '', path),
    }),
  );
  const paths = staged.map(({ path }) => path);
  const near = nearestMessages(await pastCommits(repository, signal), paths, NEAREST);
  return ok({ files, near: near.map(({ message }) => mask(message, '')) });
}
