// A task's results as a table on disk: CSV beside the texts, swapped in whole.
import { replaceFileAsItComes } from '../common/files.ts';
import { csvLine } from '../tasks/label/csv.ts';
import { isAnswerTask } from '../tasks/label/task.ts';
import { placeIn } from './in-folder.ts';
import type { LabelledRow, Shard } from './label-texts.ts';
import type { TaskFolder } from './task-folder.ts';

/** What a text is called, and what its results are called in the name of their file. */
const NAMES = { label: ['label', 'labels'], text: ['answer', 'answers'] } as const;

const FLUSH = 1 << 16;

/** Relative to the folder. */
export function resultsPath(folder: Pick<TaskFolder, 'besideTexts' | 'task'>, { number, of }: Shard): string {
  const [, name] = NAMES[isAnswerTask(folder.task) ? 'text' : 'label'];
  return folder.besideTexts(of === 1 ? `${name}.csv` : `${name}.${number}-of-${of}.csv`);
}

export interface ResultCounts {
  texts: number;
  byPerson: number;
  byApi: number;
  inDoubt: number;
}

/** Streams: a row is written as it comes. Rejects as `rows` does; the earlier table is whole then. */
export async function writeResults(
  folder: Pick<TaskFolder, 'reader' | 'task'>,
  path: string,
  rows: AsyncIterable<LabelledRow>,
  onProgress: (texts: number) => void,
): Promise<ResultCounts> {
  const counts: ResultCounts = { texts: 0, byPerson: 0, byApi: 0, inDoubt: 0 };
  const name = NAMES[isAnswerTask(folder.task) ? 'text' : 'label'][0];
  async function* lines(): AsyncGenerator<string> {
    let open = csvLine(['text', name, 'who', 'how sure', 'in doubt']);
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
  await replaceFileAsItComes(placeIn(folder.reader.root, path), lines());
  return counts;
}
