// A task's results as they were written, with what people have said since.
import type { FolderReader } from '../harvest/folder-reader.ts';
import { csvRecords, plainField } from '../tasks/label/csv.ts';
import { decoded, keyOf } from '../tasks/label/extract.ts';
import type { Known } from './given-labels.ts';
import type { LabelledRow } from './label-texts.ts';

const KINDS = ['person', 'api', 'specialist'] as const;

/** Streams; in the order of the file. Throws CodedError 'unreadable'. Rows that are none of ours are passed over. */
export async function* readResults(
  reader: FolderReader,
  path: string,
  known: ReadonlyMap<number, Known>,
): AsyncGenerator<LabelledRow> {
  let isHeader = true;
  for await (const record of csvRecords(decoded(reader.pieces(path)))) {
    if (isHeader) {
      isHeader = false;
      continue;
    }
    const [text = '', label = '', who, sure, doubt] = record.map(plainField);
    const by = KINDS.find((kind) => kind === who);
    if (by === undefined) continue;
    const said = known.get(keyOf(text))?.person;
    if (said !== undefined) yield { text, label: said, by: 'person', sure: 1, inDoubt: false };
    else yield { text, label, by, sure: Math.min(1, Math.max(0, Number(sure) || 0)), inDoubt: doubt === 'yes' };
  }
}
