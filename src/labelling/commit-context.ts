// What a commit message is written from: what is staged, and earlier messages of the same places; secrets masked, files that may not leave as names.
import { failed, ok, type Result } from '../common/errors.ts';
import { ruleOf } from '../harvest/file.ts';
import { harvestFolder } from '../harvest/folder.ts';
import { pastCommits, stagedFiles } from '../harvest/staged.ts';
import type { HarvestOptions } from '../harvest/types.ts';
import { maskKnown } from '../secrets/known.ts';
import { nearestMessages } from '../tasks/commit/commit-style.ts';
import type { ChangedFile } from '../tasks/commit/local-draft.ts';

export interface CommitSource {
  /** The repository, which the user trusts. */
  readonly root: string;
  readonly harvest: Partial<HarvestOptions>;
  /** Globs of the user's: what they leave out stays here. */
  readonly exclude: Readonly<Record<string, boolean>>;
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
  { root, harvest, exclude }: CommitSource,
  signal: AbortSignal,
): Promise<Result<CommitContext>> {
  const staged = await stagedFiles(root, signal);
  if (staged === undefined) return failed('unreadable', 'Git cannot tell what is staged in this folder.');
  if (staged.length === 0)
    return failed('nothing-to-learn', 'Nothing is staged. Stage the changes that the message is about.');
  const read = await harvestFolder(root, harvest, { signal });
  if (!read.ok) return read;
  const mask = (text: string, path: string) => maskKnown(text, path, [read.value.secrets]).text;
  const files = await Promise.all(
    staged.map(async ({ path, status, diff }, i): Promise<ChangedFile> => {
      const open = i < MOST_FILES && (await ruleOf(root, path, harvest, exclude)) === 'open';
      return { path: mask(path, ''), status, diff: open ? mask(diff, path) : '' };
    }),
  );
  const paths = staged.map(({ path }) => path);
  const near = nearestMessages(await pastCommits(root, signal), paths, NEAREST);
  return ok({ files, near: near.map(({ message }) => mask(message, '')) });
}
