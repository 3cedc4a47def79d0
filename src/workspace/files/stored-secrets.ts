// Secrets that stand only in git's objects: both sides of staged files, and the stored version of files that were
// changed or deleted since. A commit's diff may repeat them in other files.
import { createHash } from 'node:crypto';
import type { SecretValues } from '../secrets/secrets.ts';
import { type FolderReader, readsAtOnce } from './folder-reader.ts';
import { gitFor } from './git-command.ts';
import { learnText } from './secret-sources.ts';
import { type StagedFile, wholeText } from './staged.ts';

export interface StoredLimits {
  /** Maximum number of stored versions. */
  readonly files: number;
  /** Maximum length of all of them, characters. */
  readonly characters: number;
}

const defaultLimits: StoredLimits = { files: 1000, characters: 64_000_000 };
/** A larger working file counts as changed if its time or size differs from git's. */
const maxCompared = 16_000_000;

/** Git's record of a tracked file. */
interface IndexEntry {
  readonly path: string;
  readonly id: string;
  /** Size and time of the working file when git last saw it the same as the stored one. */
  readonly size: string | undefined;
  readonly seconds: string | undefined;
  readonly nanoseconds: string | undefined;
}

/**
 * Adds these secrets to `secrets`. Returns why they could not all be read, for the user; then nothing may be sent.
 * @param reader of the repository's folder
 */
export async function learnStored(
  reader: FolderReader,
  staged: readonly StagedFile[],
  secrets: SecretValues,
  signal?: AbortSignal,
  limits: StoredLimits = defaultLimits,
): Promise<string | undefined> {
  const git = gitFor(reader.root);
  const listed = await git(reader.root, ['ls-files', '-s', '-t', '-z', '--debug'], signal);
  if (listed === undefined) return 'Git cannot list the files of this repository, so their secrets are not known.';
  /** Object id → path, since a version may stand at several paths. */
  const versions = new Map<string, string>();
  for (const { path, before, after } of staged) for (const id of [before, after]) if (id) versions.set(id, path);
  const entries = entriesIn(listed).filter(({ id }) => !versions.has(id));
  for (let done = 0; done < entries.length && versions.size <= limits.files; done += readsAtOnce) {
    signal?.throwIfAborted();
    const batch = entries.slice(done, done + readsAtOnce);
    const changed = await Promise.all(batch.map((entry) => isChanged(reader, entry)));
    for (const [i, { id, path }] of batch.entries()) if (changed[i]) versions.set(id, path);
  }
  if (versions.size > limits.files) return tooMuch(limits);
  const stored = [...versions];
  let characters = 0;
  for (let done = 0; done < stored.length; done += readsAtOnce) {
    const batch = stored.slice(done, done + readsAtOnce);
    const texts = await Promise.all(batch.map(([id]) => wholeText(git, reader.root, id, limits.characters, signal)));
    for (const [i, [, path]] of batch.entries()) {
      const text = texts[i];
      if (text === undefined)
        return `Git cannot read the stored version of ${path}, or it is too large, so its secrets are not known.`;
      characters += text.length;
      if (characters > limits.characters) return tooMuch(limits);
      // A binary file.
      if (!text.slice(0, 8192).includes('\0')) learnText(secrets, path, text);
    }
  }
  return undefined;
}

function tooMuch({ files, characters }: StoredLimits): string {
  return (
    `The changes of this repository exceed ${files.toLocaleString('en')} files or ` +
    `${characters / 1e6} million characters, so their secrets are not known. Commit or stash a part of them first.`
  );
}

/** Parses 'H 100644 <id> <stage>\t<path>' and the lines that git adds for each file. Skips links and submodules. */
function entriesIn(listed: string): IndexEntry[] {
  const entries: IndexEntry[] = [];
  const header = /(?:^|\n)([A-Za-z?]) (\d{6}) ([0-9a-f]{40,64}) [0-3]\t([^\0]+)\0/g;
  const found = [...listed.matchAll(header)];
  for (const [i, match] of found.entries()) {
    const [whole, tag, mode, id = '', path = ''] = match;
    // 'S': not checked out, by a sparse checkout.
    if (tag === 'S' || !mode?.startsWith('100')) continue;
    const facts = listed.slice(match.index + whole.length, found[i + 1]?.index);
    const [, seconds, nanoseconds] = /\bmtime: (\d+):(\d+)/.exec(facts) ?? [];
    entries.push({ path, id, size: /\bsize: (\d+)/.exec(facts)?.[1], seconds, nanoseconds });
  }
  return entries;
}

/** Whether the working file may differ from the stored one. Git is not asked, because it would run filters. */
async function isChanged(reader: FolderReader, entry: IndexEntry): Promise<boolean> {
  const stats = await reader.stats(entry.path);
  if (stats === undefined) return true;
  const { size, seconds, nanoseconds } = entry;
  const second = 1_000_000_000n;
  const isSeen =
    `${stats.size}` === size &&
    `${stats.mtimeNs / second}` === seconds &&
    // Some file systems keep whole seconds.
    (nanoseconds === '0' || `${stats.mtimeNs % second}` === nanoseconds);
  if (isSeen) return false;
  const read = await reader.read(entry.path, maxCompared);
  if ('leftOut' in read) return true;
  const hash = createHash(entry.id.length === 40 ? 'sha1' : 'sha256');
  return hash.update(`blob ${read.bytes.length}\0`).update(read.bytes).digest('hex') !== entry.id;
}
