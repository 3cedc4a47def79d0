// Writes a task's results as CSV and replaces the old file atomically.
import { CodedError } from '../common/errors.ts';
import { replaceFileAsItComes } from '../common/files.ts';
import { isAnswerTask, type TextTask } from '../prompts/label/task.ts';
import type { FolderReader } from '../workspace/files/folder-reader.ts';
import { writablePathIn } from './in-folder.ts';
import type { LabelledRow, Shard } from './label-texts.ts';
import { csvLine } from './labels/csv.ts';
import { decoded, linesIn } from './labels/extract.ts';
import type { TaskFolder } from './task-folder.ts';

/** What a text is called, and what its results are called in the name of their file. */
const NAMES = { label: ['label', 'labels'], text: ['answer', 'answers'] } as const;

const FLUSH = 1 << 16;

function headerOf(task: TextTask): string {
  return csvLine(['text', NAMES[isAnswerTask(task) ? 'text' : 'label'][0], 'who', 'how sure', 'in doubt']);
}

/**
 * Relative to the folder. Throws CodedError 'unwritable' where something else has that name: asked before anything is
 * paid for.
 */
export async function resultsPath(
  folder: Pick<TaskFolder, 'besideTexts' | 'reader' | 'task'>,
  { number, of }: Shard,
): Promise<string> {
  const { reader, task } = folder;
  const [, name] = NAMES[isAnswerTask(task) ? 'text' : 'label'];
  const path = folder.besideTexts(of === 1 ? `${name}.csv` : `${name}.${number}-of-${of}.csv`);
  const fault = await reader.file(path);
  if (fault === 'gone') return path;
  const isSource = 'path' in task.source && task.source.path === path;
  if (fault === undefined && !isSource && (await beginsWith(reader, path, headerOf(task).trimEnd()))) return path;
  throw new CodedError(
    'unwritable',
    `${path} is there already, and is no table of results. Rename it: those of '${task.name}' go there.`,
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

/** Streams rows to disk. Rejects as `rows` does; the earlier table then stays whole. */
export async function writeResults(
  folder: Pick<TaskFolder, 'reader' | 'task'>,
  path: string,
  rows: AsyncIterable<LabelledRow>,
  onProgress: (texts: number) => void,
): Promise<ResultCounts> {
  const counts: ResultCounts = { texts: 0, byPerson: 0, byApi: 0, inDoubt: 0 };
  async function* lines(): AsyncGenerator<string> {
    let open = headerOf(folder.task);
    for await (const row of rows) {
      counts.texts += 1;
      counts.byPerson += Number(row.by === 'person');
      counts.byApi += Number(row.by === 'api');
      counts.inDoubt += Number(row.inDoubt);
      open += csvLine([row.text, row.label, row.by, row.sure.toFixed(3), row.inDoubt ? 'yes' : '']);
      if (open.length < FLUSH) continue;
      yield open;
      open = '';
      onProgress(counts.texts);
    }
    yield open;
  }
  await replaceFileAsItComes(writablePathIn(folder.reader.root, path), lines());
  return counts;
}
