// The table of a task's results: written as CSV, which replaces the old file atomically, and read with later labels of
// people.
import { CodedError } from '../common/errors.ts';
import { replaceFileFromStream } from '../common/files.ts';
import type { FolderReader } from '../workspace/files/folder-reader.ts';
import { textPieces } from '../workspace/files/text-pieces.ts';
import type { KnownLabels } from './given-labels.ts';
import { writablePathIn } from './in-folder.ts';
import { atPath, csvLine, csvRecords, plainField } from './labels/csv.ts';
import { keyOf, linesIn } from './labels/extract.ts';
import type { LabelledRow } from './rows.ts';
import { isAnswerTask, type TextTask } from './task-file.ts';
import type { TaskFolder } from './task-folder.ts';

/** Name of the column, and the ending of the results' file name. */
const NAMES = { label: ['label', 'labels'], text: ['answer', 'answers'] } as const;

/** Sources of labels as the results name them. */
export const SOURCES = { person: 'person', api: 'large model', specialist: 'local model' } as const;

/** Number of characters that are buffered before a write. */
const FLUSH = 1 << 16;

function columnsOf(task: TextTask): string[] {
  return ['text', NAMES[isAnswerTask(task) ? 'text' : 'label'][0], 'who', 'how sure', 'in doubt', 'row'];
}

/**
 * Path relative to the folder. Throws CodedError 'unwritable' if another file has that name; call it before anything is
 * paid for.
 */
export async function resultsPath(folder: Pick<TaskFolder, 'resultsPathWith' | 'reader' | 'task'>): Promise<string> {
  const { reader, task } = folder;
  const path = folder.resultsPathWith(`${NAMES[isAnswerTask(task) ? 'text' : 'label'][1]}.csv`);
  const whyNotAFile = await reader.whyNotAFile(path);
  if (whyNotAFile === 'gone') return path;
  const isSource = 'path' in task.source && task.source.path === path;
  if (whyNotAFile === undefined && !isSource && (await beginsWith(reader, path, csvLine(columnsOf(task)).trimEnd())))
    return path;
  throw new CodedError(
    'unwritable',
    `${path} already exists and is not a table of results. Rename it: the results of '${task.name}' are written there.`,
  );
}

/** Whether a file begins with this header or is empty. Ignores quotes that a spreadsheet may have added. */
async function beginsWith(reader: FolderReader, path: string, header: string): Promise<boolean> {
  for await (const line of linesIn(textPieces(reader, path))) return line.replaceAll('"', '') === header;
  return true;
}

export interface ResultCounts {
  texts: number;
  byPerson: number;
  byApi: number;
  inDoubt: number;
}

/** Streams rows to disk. If `rows` rejects, this rejects too and the earlier table stays unchanged. */
export async function writeResults(
  folder: Pick<TaskFolder, 'reader' | 'task'>,
  path: string,
  rows: AsyncIterable<LabelledRow>,
  onProgress: (texts: number) => void,
): Promise<ResultCounts> {
  const counts: ResultCounts = { texts: 0, byPerson: 0, byApi: 0, inDoubt: 0 };
  async function* lines(): AsyncGenerator<string> {
    let buffer = csvLine(columnsOf(folder.task));
    for await (const row of rows) {
      counts.texts += 1;
      counts.byPerson += Number(row.by === 'person');
      counts.byApi += Number(row.by === 'api');
      counts.inDoubt += Number(row.inDoubt);
      const doubt = row.inDoubt ? 'yes' : '';
      buffer += csvLine([row.text, row.label, SOURCES[row.by], row.confidence.toFixed(3), doubt, `${row.row ?? ''}`]);
      if (buffer.length < FLUSH) continue;
      yield buffer;
      buffer = '';
      onProgress(counts.texts);
    }
    yield buffer;
  }
  await replaceFileFromStream(writablePathIn(folder.reader.root, path), lines());
  return counts;
}

const KINDS = ['person', 'api', 'specialist'] as const satisfies readonly (keyof typeof SOURCES)[];

/**
 * Streams the rows in file order. Throws CodedError 'unreadable' or 'corrupt'. Rows of an unknown source are skipped.
 */
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
    yield* csvRecords(textPieces(reader, path));
  } catch (error) {
    throw atPath(path, error);
  }
}
