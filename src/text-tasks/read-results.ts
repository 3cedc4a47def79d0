// Reads a task's results, with later labels of people.
import type { FolderReader } from '../workspace/files/folder-reader.ts';
import type { KnownLabels } from './given-labels.ts';
import type { LabelledRow } from './label-texts.ts';
import { atPath, csvRecords, plainField } from './labels/csv.ts';
import { decoded, keyOf } from './labels/extract.ts';
import { SOURCES } from './write-results.ts';

const KINDS = ['person', 'api', 'specialist'] as const satisfies readonly (keyof typeof SOURCES)[];

/** Streams the rows in file order. Throws CodedError 'unreadable' or 'corrupt'. Rows of an unknown source are skipped. */
export async function* readResults(
  reader: FolderReader,
  path: string,
  known: ReadonlyMap<number, KnownLabels>,
): AsyncGenerator<LabelledRow> {
  let isHeader = true;
  for await (const record of recordsOf(reader, path)) {
    if (isHeader) {
      isHeader = false;
      continue;
    }
    const [text = '', label = '', source, confidence, doubt] = record.map(plainField);
    const by = KINDS.find((kind) => SOURCES[kind] === source);
    if (by === undefined) continue;
    const personLabel = known.get(keyOf(text))?.person;
    if (personLabel !== undefined) yield { text, label: personLabel, by: 'person', confidence: 1, inDoubt: false };
    else
      yield {
        text,
        label,
        by,
        confidence: Math.min(1, Math.max(0, Number(confidence) || 0)),
        inDoubt: doubt === 'yes',
      };
  }
}

async function* recordsOf(reader: FolderReader, path: string): AsyncGenerator<string[]> {
  try {
    yield* csvRecords(decoded(reader.pieces(path)));
  } catch (error) {
    throw atPath(path, error);
  }
}
