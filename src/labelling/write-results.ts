// A task's results as a table on disk: CSV beside the texts, swapped in whole.
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { csvLine } from '../tasks/label/csv.ts';
import type { LabelledRow, Shard } from './label-texts.ts';
import type { TaskFolder } from './task-folder.ts';

export const RESULT_COLUMNS = ['text', 'label', 'who', 'how sure', 'in doubt'] as const;

const FLUSH = 1 << 16;

/** Relative to the folder. */
export function resultsPath(folder: Pick<TaskFolder, 'besideTexts'>, { number, of }: Shard): string {
  return folder.besideTexts(of === 1 ? 'labels.csv' : `labels.${number}-of-${of}.csv`);
}

export interface ResultCounts {
  texts: number;
  byPerson: number;
  byApi: number;
  inDoubt: number;
}

/** Streams: a row is written as it comes. Rejects as `rows` does; the earlier table is whole then. */
export async function writeResults(
  root: string,
  path: string,
  rows: AsyncIterable<LabelledRow>,
  onProgress: (texts: number) => void,
): Promise<ResultCounts> {
  const counts: ResultCounts = { texts: 0, byPerson: 0, byApi: 0, inDoubt: 0 };
  const target = join(root, path);
  const file = await open(`${target}.tmp`, 'w');
  try {
    let lines = csvLine(RESULT_COLUMNS);
    for await (const row of rows) {
      counts.texts += 1;
      counts.byPerson += Number(row.by === 'person');
      counts.byApi += Number(row.by === 'api');
      counts.inDoubt += Number(row.inDoubt);
      lines += csvLine([row.text, row.label, row.by, row.sure.toFixed(3), row.inDoubt ? 'yes' : '']);
      if (lines.length < FLUSH) continue;
      await file.write(lines);
      lines = '';
      onProgress(counts.texts);
    }
    await file.write(lines);
    await file.sync();
    await file.close();
    await rename(`${target}.tmp`, target);
    return counts;
  } catch (error) {
    await file.close();
    await rm(`${target}.tmp`, { force: true });
    throw error;
  }
}
