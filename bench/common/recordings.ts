// Recorded cursors of a large model: read, checked against the files they were made on, turned into places.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../build/paths.ts';
import type { CompletionPosition } from '../../src/common/completion.ts';
import { cleanAnswer } from '../../src/prompts/completion/clean.ts';
import { positionInDocument } from '../../src/prompts/completion/completion-position.ts';
import { lineEnd } from '../../src/text/lines.ts';
import { fetchPackage, type PackageFile, sourceFiles } from './packages.ts';
import { renamedPackage } from './renamed.ts';

interface Row {
  readonly package: string;
  /** The package is recorded as bench/common/rename.mjs makes it. */
  readonly renamed?: boolean;
  readonly file: string;
  readonly offset: number;
  readonly sha256: string;
  readonly completion: string;
}

export interface RecordedPosition {
  readonly path: string;
  readonly prefix: string;
  /** From the end of the cursor's line on. */
  readonly suffix: string;
  readonly truth: string;
  /** What the large model wrote, and the same as it would be shown. */
  readonly written: string;
  readonly completion: string;
}

/** The place as the product asks at it: for the rest of its line, which is what the large model was asked for. */
export function askedAt({
  path,
  prefix,
  suffix,
}: Pick<RecordedPosition, 'path' | 'prefix' | 'suffix'>): CompletionPosition {
  return positionInDocument({ path, languageId: 'typescript', prefix, suffix }, false);
}

/** Packages as they are published, which a base may have seen elsewhere, or one whose names nobody has seen. */
export type Kind = 'public' | 'renamed';

export interface Recording {
  readonly package: string;
  readonly kind: Kind;
  readonly places: readonly RecordedPosition[];
  /** The package's source files that may be learned from. */
  readonly others: readonly PackageFile[];
  /** The files that rows name: only to be measured on. */
  readonly named: readonly PackageFile[];
  /** Recorded places of the others, to choose on; empty where none was recorded. */
  readonly taught: readonly RecordedPosition[];
}

export const recordingsFolder = join(root, 'bench/data');

/** Where the recordings of a kind lie under the folder, or in the folder itself; a row says of which kind it is. */
const kinds: readonly { readonly kind: Kind; readonly folder: string }[] = [
  { kind: 'public', folder: 'recorded' },
  { kind: 'renamed', folder: 'renamed' },
];

/** What may be learned from beside them, and is not measured on. */
const TEACHING = 'teach.jsonl';

/** Names of a folder's files whose positions are measured. */
export function measuredFiles(names: readonly string[]): string[] {
  return names.filter((name) => name.endsWith('.jsonl') && name !== TEACHING).sort();
}

/** Throws where the folder holds none, or a package is not what was recorded. */
export function readRecordings(folder = recordingsFolder, wanted: readonly Kind[] = ['public']): Recording[] {
  const recordings = kinds
    .filter(({ kind }) => wanted.includes(kind))
    .flatMap((kind) => {
      const at = folderOf(folder, kind);
      const names = existsSync(at) ? readdirSync(at) : [];
      const measured = measuredFiles(names);
      const rows = measured
        .flatMap((name) => readRows(join(at, name)))
        .filter(({ renamed = false }) => renamed === (kind.kind === 'renamed'));
      const packages = [...new Set(rows.map((row) => row.package))];
      return packages.map((spec) => recordingOf(spec, kind.kind, rows, at));
    });
  if (recordings.length === 0) {
    throw new Error(`No *.jsonl recordings in ${folder}: name their folder with --recordings.`);
  }
  return recordings;
}

const folderOf = (folder: string, { folder: inner }: (typeof kinds)[number]) =>
  existsSync(join(folder, inner)) ? join(folder, inner) : folder;

function readRows(file: string): Row[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Row);
}

function recordingOf(spec: string, kind: Kind, all: readonly Row[], at: string): Recording {
  const rows = all.filter((row) => row.package === spec);
  const folder = kind === 'renamed' ? renamedPackage(spec, join(at, 'mapping.json')) : fetchPackage(spec);
  const texts = textsOf(spec, folder, rows);
  const other = join(at, TEACHING);
  const taught = kind === 'renamed' && existsSync(other) ? readRows(other) : [];
  const files = sourceFiles(folder, kind === 'renamed' ? '' : 'src');
  const learnable = ({ path }: PackageFile) => !texts.has(path) && !(kind === 'renamed' && keptBack(path));
  return {
    package: spec,
    kind,
    places: positionsIn(rows, texts),
    others: files.filter(learnable),
    named: [...texts].map(([path, text]) => ({ path, text })),
    taught: positionsIn(taught, textsOf(spec, folder, taught)),
  };
}

/** Of the files that rows name. Throws where one is another than was recorded. */
function textsOf(spec: string, folder: string, rows: readonly Row[]): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const row of rows) {
    if (texts.has(row.file)) continue;
    const bytes = readFileSync(join(folder, row.file));
    const hash = createHash('sha256').update(bytes).digest('hex').slice(0, row.sha256.length);
    if (hash !== row.sha256) throw new Error(`${spec}: ${row.file} is not the file that was recorded (${hash}).`);
    texts.set(row.file, bytes.toString('utf8'));
  }
  return texts;
}

function positionsIn(rows: readonly Row[], texts: ReadonlyMap<string, string>): RecordedPosition[] {
  return rows.map((row) => {
    const text = texts.get(row.file) as string;
    const end = lineEnd(text, row.offset);
    const position = { path: row.file, prefix: text.slice(0, row.offset), suffix: text.slice(end) };
    const completion = cleanAnswer(row.completion, askedAt(position));
    return { ...position, truth: text.slice(row.offset, end).trimEnd(), written: row.completion, completion };
  });
}

/** Files of the renamed package that recordings elsewhere may name: those whose path's SHA-1 is 0 modulo 4. */
function keptBack(path: string): boolean {
  return (createHash('sha1').update(path).digest().at(-1) as number) % 4 === 0;
}
