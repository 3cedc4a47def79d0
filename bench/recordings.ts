// Recorded cursors of a large model: read, checked against the files they were made on, turned into places.

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchPackage, type PackageFile, sourceFiles } from './packages.ts';

interface Row {
  readonly package: string;
  readonly file: string;
  readonly offset: number;
  readonly sha256: string;
  readonly completion: string;
}

export interface RecordedPlace {
  readonly path: string;
  readonly prefix: string;
  /** From the end of the cursor's line on. */
  readonly suffix: string;
  readonly truth: string;
  /** What the large model wrote. */
  readonly completion: string;
}

export interface Recording {
  readonly package: string;
  readonly places: readonly RecordedPlace[];
  /** The package's source files that no row names: all that may be learned from. */
  readonly others: readonly PackageFile[];
  /** The files that rows name: only to be measured on. */
  readonly named: readonly PackageFile[];
}

/** @param folder the one with the JSONL files, or the one above it */
export function readRecordings(folder: string): Recording[] {
  const rows = readRows(folder);
  return packagesOf(rows).map((spec) =>
    recordingOf(
      spec,
      rows.filter((row) => row.package === spec),
    ),
  );
}

/** Names and versions, e.g. 'convex@1.48.0'. */
export function recordedPackages(folder: string): string[] {
  return packagesOf(readRows(folder));
}

function packagesOf(rows: readonly Row[]): string[] {
  return [...new Set(rows.map((row) => row.package))];
}

function readRows(folder: string): Row[] {
  const inner = join(folder, 'recorded');
  const at = existsSync(inner) ? inner : folder;
  const names = existsSync(at) ? readdirSync(at).filter((name) => name.endsWith('.jsonl')) : [];
  if (names.length === 0) throw new Error(`No *.jsonl recordings in ${folder}: name their folder with --recordings.`);
  return names.sort().flatMap((name) =>
    readFileSync(join(at, name), 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line) as Row),
  );
}

function recordingOf(spec: string, rows: readonly Row[]): Recording {
  const folder = fetchPackage(spec);
  const named = new Set(rows.map((row) => row.file));
  const texts = new Map<string, string>();
  for (const row of rows) {
    if (texts.has(row.file)) continue;
    const bytes = readFileSync(join(folder, row.file));
    const hash = createHash('sha256').update(bytes).digest('hex').slice(0, row.sha256.length);
    if (hash !== row.sha256) throw new Error(`${spec}: ${row.file} is not the file that was recorded (${hash}).`);
    texts.set(row.file, bytes.toString('utf8'));
  }
  const places = rows.map((row): RecordedPlace => {
    const text = texts.get(row.file) as string;
    const lineEnd = text.indexOf('\n', row.offset);
    const end = lineEnd < 0 ? text.length : lineEnd;
    return {
      path: row.file,
      prefix: text.slice(0, row.offset),
      suffix: text.slice(end),
      truth: text.slice(row.offset, end).trimEnd(),
      completion: row.completion,
    };
  });
  const files = sourceFiles(folder);
  return {
    package: spec,
    places,
    others: files.filter(({ path }) => !named.has(path)),
    named: [...texts].map(([path, text]) => ({ path, text })),
  };
}
