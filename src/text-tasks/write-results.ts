// Writes a task's results as CSV and replaces the old file atomically.
import { CodedError } from '../common/errors.ts';
import { replaceFileFromStream } from '../common/files.ts';
import { isAnswerTask, type TextTask } from '../prompts/label/task.ts';
import type { FolderReader } from '../workspace/files/folder-reader.ts';
import { writablePathIn } from './in-folder.ts';
import type { LabelledRow, Shard } from './label-texts.ts';
import { csvLine } from './labels/csv.ts';
import { decoded, linesIn } from './labels/extract.ts';
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
export async function resultsPath(
  folder: Pick<TaskFolder, 'resultsPathWith' | 'reader' | 'task'>,
  { number, count }: Shard,
): Promise<string> {
  const { reader, task } = folder;
  const [, name] = NAMES[isAnswerTask(task) ? 'text' : 'label'];
  const path = folder.resultsPathWith(count === 1 ? `${name}.csv` : `${name}.${number}-of-${count}.csv`);
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
  for await (const line of linesIn(decoded(reader.pieces(path)))) return line.replaceAll('"', '') === header;
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
