// What the large model writes in a folder's style: what is asked about a function, what of the answers is kept, and how it is learned.
import { basename, dirname, extname } from 'node:path/posix';
import { DuplicateFinder } from '../harvest/duplicates.ts';
import type { HarvestedFile } from '../harvest/types.ts';
import { flawOf, namesOf } from '../syntax/known-names.ts';
import type { FolderText, WriteRequest, Written } from '../tasks/write/write-prompt.ts';
import { kindOf, languageIdOf } from '../text/languages.ts';
import { isTest } from '../text/test-paths.ts';
import type { Tokenizer } from '../tokenizer/types.ts';
import { type Sample, type SampleOptions, samplesOf } from './samples.ts';
import type { Subject } from './subjects.ts';

/** As a file of the folder that is not there. */
export type Piece = FolderText;

/** It comes so many times as early as the folder's own text. */
const WORTH = 2;
/** Places of its use that are shown, and lines of them above and below. */
const USES = 3;
const AROUND = 5;

/** As if the folder held it. */
export function fileOf({ path, text }: Piece): HarvestedFile {
  const languageId = languageIdOf(path);
  return { path, languageId, kind: kindOf(languageId), text, hash: path, split: 'train', secrets: 0 };
}

/** Kept is what parses, names only what exists, and is not there already, nearly to the word. In their order. */
export async function kept(pieces: readonly Piece[], files: readonly HarvestedFile[]): Promise<Piece[]> {
  const known = namesOf(files);
  const duplicates = new DuplicateFinder();
  for (const { text } of files) duplicates.isDuplicate(text);
  const good: Piece[] = [];
  for (const piece of pieces) {
    const sound = piece.text.trim() !== '' && (await flawOf(piece, known)) === undefined;
    if (sound && !duplicates.isDuplicate(piece.text)) good.push(piece);
  }
  return good;
}

export function writtenSamples(
  pieces: readonly Piece[],
  tokenizer: Tokenizer,
  options: Pick<SampleOptions, 'length' | 'seed' | 'dialect' | 'snippets'>,
): Sample[] {
  return samplesOf(pieces.map(fileOf), tokenizer, options).map((each) => ({ ...each, worth: WORTH, taught: true }));
}

/** What is asked of each, the kinds in turn, as far as the folder has any such file to go by. @param files that may be learned from */
export function writeRequests(subjects: readonly Subject[], files: readonly HarvestedFile[]): WriteRequest[] {
  const taken = new Set(files.map(({ path }) => path));
  const tests = files.filter(({ path, kind }) => kind === 'code' && isTest(path));
  const pages = files.filter(({ path }) => /\.mdx?$/i.test(path));
  return subjects.map((subject, at) => {
    const test = nearest(
      tests.filter(({ languageId }) => languageId === subject.languageId),
      subject.path,
    );
    const page = nearest(pages, subject.path);
    const kinds: Written[] = [
      'calls',
      ...(test ? ['tests' as const] : []),
      ...(page ? ['documentation' as const] : []),
    ];
    const kind = kinds[at % kinds.length] as Written;
    const example = { calls: undefined, tests: test, documentation: page }[kind];
    const path = unlike(pathOf(kind, subject, example?.path ?? subject.path), taken);
    taken.add(path);
    const own = files.find((file) => file.path === subject.path) as HarvestedFile;
    return {
      ...{ kind, path, name: subject.name, source: { path: subject.path, text: subject.code }, head: own.text },
      uses: usesOf(subject, files),
      ...(example && { example: { path: example.path, text: example.text } }),
    };
  });
}

/** The file whose path begins as another for longest; of such the first. */
function nearest(files: readonly HarvestedFile[], path: string): HarvestedFile | undefined {
  const shared = (other: string) => {
    const [a, b] = [path.split('/'), other.split('/')];
    const at = a.findIndex((part, i) => part !== b[i]);
    return at < 0 ? a.length : at;
  };
  return files.reduce<HarvestedFile | undefined>(
    (best, file) => (best && shared(best.path) >= shared(file.path) ? best : file),
    undefined,
  );
}

/** Beside the example, and named as that is: `find.test.ts`, `test_find.py`. */
function pathOf(kind: Written, { path, name }: Subject, example: string): string {
  const stem = basename(path, extname(path));
  const folder = dirname(example) === '.' ? '' : `${dirname(example)}/`;
  if (kind === 'calls') return `${folder}${stem}-${name}${extname(path)}`;
  if (kind === 'documentation') return `${folder}${stem}-${name}.md`;
  const file = basename(example);
  const [, behind] = /^[^.]+?((?:[._-](?:tests?|specs?))?\.[^.]+)$/i.exec(file) ?? [];
  const before = /^tests?_/i.exec(file)?.[0] ?? '';
  return `${folder}${before}${stem}${behind ?? extname(path)}`;
}

/** Another path, where there is such a file. */
function unlike(path: string, taken: ReadonlySet<string>): string {
  for (let [n, other] = [2, path]; ; n++) {
    if (!taken.has(other)) return other;
    other = path.replace(/(\.[^/]*)?$/, (end) => `-${n}${end}`);
  }
}

/** Where others name it, with some lines round that. */
function usesOf({ path, name }: Subject, files: readonly HarvestedFile[]): FolderText[] {
  const uses: FolderText[] = [];
  for (const file of files) {
    if (uses.length === USES) break;
    if (file.path === path || !file.text.includes(name)) continue;
    const lines = file.text.split('\n');
    const at = lines.findLastIndex((line) => line.includes(name));
    uses.push({ path: file.path, text: lines.slice(Math.max(0, at - AROUND), at + AROUND + 1).join('\n') });
  }
  return uses;
}
