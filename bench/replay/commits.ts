// Commits of bare repositories as hunks over their parent's files.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { tokenKey } from '../../src/edits/history/tokens.ts';
import { languageIdOf, languageOf } from '../../src/text/languages.ts';
import { toLineFeeds } from '../../src/text/lines.ts';

/** Lines are without their line ends and counted from 0. */
export interface Hunk {
  readonly path: string;
  /** First replaced line; an insertion comes before this line. */
  readonly start: number;
  readonly removed: readonly string[];
  readonly inserted: readonly string[];
}

export interface Commit {
  readonly repository: string;
  readonly id: string;
  readonly subject: string;
  /** By file, top down. */
  readonly hunks: readonly Hunk[];
  /** The parent's text files. */
  readonly tree: ReadonlyMap<string, string>;
}

const FEWEST = 2;
const MOST = 60;
/** Longer files are data or bundles, bytes. */
const LONGEST = 400_000;
/** Written by tools. */
const GENERATED =
  /(?:^|\/)(?:package-lock\.json|bun\.lockb?|yarn\.lock|pnpm-lock\.yaml|uv\.lock|poetry\.lock|go\.sum|Cargo\.lock)$|\.(?:lock|snap|golden|min\.js|svg)$/;

/**
 * A folder with repositories or archives of bare ones (NAME.git.tar.gz), which are unpacked while `work` runs.
 * @param only names; undefined: all
 */
export async function withRepositories<T>(
  folder: string,
  only: readonly string[] | undefined,
  work: (paths: readonly string[]) => Promise<T>,
): Promise<T> {
  const names = readdirSync(folder)
    .filter((name) => only?.includes(name.replace(/\.git(?:\.tar\.gz)?$/, '')) ?? true)
    .sort();
  const scratch = mkdtempSync(join(tmpdir(), 'bench-replay-'));
  try {
    const archives = names.filter((name) => name.endsWith('.git.tar.gz'));
    for (const name of archives) run('tar', ['-xzf', join(folder, name), '-C', scratch]);
    const unpacked = readdirSync(scratch).map((name) => join(scratch, name));
    const others = names.map((name) => join(folder, name)).filter((path) => isRepository(path));
    return await work([...unpacked, ...others]);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function isRepository(path: string): boolean {
  return existsSync(join(path, 'HEAD')) || existsSync(join(path, '.git'));
}

/**
 * Commits with 2 to 60 hunks in files that were changed, oldest first. Merges, commits that rename files, and those of
 * which half or more only format are left out; so are files that tools write.
 */
export function* commitsOf(repository: string): Generator<Commit> {
  const git = (args: readonly string[]) => run('git', ['-C', repository, ...args]);
  const texts = new Map<string, string | undefined>();
  const log = git(['log', '--no-merges', '--reverse', '--format=%H %P%x09%s']).trim().split('\n');
  for (const line of log) {
    const [, id, parent, subject] = /^(\w+) (\w*)\t(.*)$/.exec(line) ?? [];
    if (id === undefined || !parent || spawnSync('git', ['-C', repository, 'cat-file', '-e', parent]).status !== 0)
      continue;
    const raw = git(['diff-tree', '-r', '-M', '--raw', '--no-commit-id', parent, id]);
    if (/^:.* R\d+\t/m.test(raw)) continue;
    const paths = [...raw.matchAll(/^:100\d+ 100\d+ \w+ \w+ M\t(.*)$/gm)]
      .map(([, path = '']) => path)
      .filter(isWritten);
    if (paths.length === 0) continue;
    const diff = git(['diff', '-U0', '--no-color', '--no-renames', '--no-ext-diff', parent, id, '--', ...paths]);
    const hunks = hunksOf(diff);
    const formatting = hunks.filter(
      ({ removed, inserted }) => tokenKey(removed.join('\n')) === tokenKey(inserted.join('\n')),
    );
    if (hunks.length < FEWEST || hunks.length > MOST || formatting.length * 2 >= hunks.length) continue;
    const tree = readTree(repository, parent, texts);
    const fits = hunks.every(({ path, start, removed }) => {
      const lines = tree
        .get(path)
        ?.split('\n')
        .slice(start, start + removed.length);
      return lines?.join('\n') === removed.join('\n');
    });
    if (fits) yield { repository: basename(repository).replace(/\.git$/, ''), id, subject: subject ?? '', hunks, tree };
  }
}

function isWritten(path: string): boolean {
  const id = languageIdOf(path);
  return id !== 'plaintext' && !GENERATED.test(path) && !languageOf(id).recordings;
}

/** The hunks of a diff without context, in its order. */
export function hunksOf(diff: string): Hunk[] {
  const hunks: Hunk[] = [];
  for (const file of diff.split(/^diff --git /m).slice(1)) {
    const path = /^\+\+\+ b\/(.*?)\t?$/m.exec(file)?.[1];
    if (path === undefined) continue;
    for (const part of file.split(/^(?=@@ )/m).slice(1)) {
      const [, from = '', count] = /^@@ -(\d+)(?:,(\d+))? /.exec(part) ?? [];
      const lines = part.split('\n').slice(1);
      const of = (sign: string) =>
        lines.filter((line) => line.startsWith(sign)).map((line) => line.slice(1).replace(/\r$/, ''));
      // The line after which an insertion comes is counted from 1.
      const start = count === '0' ? Number(from) : Number(from) - 1;
      hunks.push({ path, start, removed: of('-'), inserted: of('+') });
    }
  }
  return hunks;
}

/** The text files of the newest commit, by path. */
export const newestFiles = (repository: string): ReadonlyMap<string, string> => readTree(repository, 'HEAD', new Map());

/** @param known texts by blob, kept between commits; undefined: no text */
function readTree(repository: string, id: string, known: Map<string, string | undefined>): Map<string, string> {
  const rows = [
    ...run('git', ['-C', repository, 'ls-tree', '-r', '-l', id]).matchAll(/^100\d+ blob (\w+) +(\d+)\t(.*)$/gm),
  ]
    .map(([, blob = '', size = '', path = '']) => ({ blob, size: Number(size), path }))
    .filter(({ size, path }) => size < LONGEST && isWritten(path));
  const wanted = [...new Set(rows.map(({ blob }) => blob))].filter((blob) => !known.has(blob));
  for (const [blob, text] of blobsOf(repository, wanted)) known.set(blob, text);
  return new Map(
    rows.flatMap(({ path, blob }): [string, string][] => {
      const text = known.get(blob);
      return text === undefined ? [] : [[path, text]];
    }),
  );
}

/** Texts with '\n' as line end; undefined if a blob is no text. */
function blobsOf(repository: string, blobs: readonly string[]): Map<string, string | undefined> {
  const texts = new Map<string, string | undefined>();
  if (blobs.length === 0) return texts;
  const done = spawnSync('git', ['-C', repository, 'cat-file', '--batch'], {
    input: blobs.join('\n'),
    maxBuffer: 1 << 30,
  });
  let at = 0;
  for (const blob of blobs) {
    const end = done.stdout.indexOf(10, at);
    const size = Number(done.stdout.toString('latin1', at, end).split(' ')[2]);
    const bytes = done.stdout.subarray(end + 1, end + 1 + size);
    texts.set(blob, bytes.includes(0) ? undefined : toLineFeeds(bytes.toString('utf8')));
    at = end + size + 2;
  }
  return texts;
}

function run(command: string, args: readonly string[]): string {
  const done = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (done.status !== 0)
    throw new Error(`${command} ${args.slice(0, 6).join(' ')} failed: ${done.stderr ?? done.error}`);
  return done.stdout;
}
