// How long many texts take, and what memory: from a table on disk to the table of results, as the product does it.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replaceFile } from '../../src/common/files.ts';
import { csvLine } from '../../src/text-tasks/labels/csv.ts';
import { TASKS_FOLDER, type TaskLabel } from '../../src/text-tasks/task-file.ts';
import type { Figures } from '../figures.ts';

/** The first are a table of every day. */
const ROWS = [2_300, 100_000];
const CHARACTERS = 60;

interface BulkText {
  readonly text: string;
  /** Index of its label. */
  readonly label: number;
}

/** @param learned texts with a label: they head the table, and all others are made of them, each another one */
export function rowsInBulk(labels: readonly TaskLabel[], learned: readonly BulkText[]): Figures {
  const root = join(tmpdir(), `easy-adaptation-bulk-${process.pid}`);
  try {
    mkdirSync(join(root, TASKS_FOLDER), { recursive: true });
    return Object.fromEntries(
      ROWS.map((rows) => {
        const name = `of-${rows}`;
        const source = { kind: 'csv', path: `${name}.csv`, text: 'text', label: 'label' };
        const task = JSON.stringify({ instruction: 'Sort them.', labels, source });
        replaceFile(join(root, TASKS_FOLDER, `${name}.json`), [Buffer.from(task)]);
        writeTable(join(root, `${name}.csv`), rows, labels, learned);
        const script = join(import.meta.dirname, 'bulk-run.ts');
        return [
          name,
          JSON.parse(execFileSync(process.execPath, [script, root, name], { encoding: 'utf8' })) as Figures,
        ];
      }),
    );
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function writeTable(path: string, rows: number, labels: readonly TaskLabel[], learned: readonly BulkText[]): void {
  const file = openSync(path, 'w');
  writeSync(file, csvLine(['text', 'label']));
  for (const { text, label } of learned) writeSync(file, csvLine([text, labels[label]?.name ?? '']));
  for (let i = learned.length; i < rows; i++) {
    let text = `${i} `;
    for (let k = 0; text.length < CHARACTERS; k++) text += `${learned[(i * 7 + k * 131) % learned.length]?.text} `;
    writeSync(file, csvLine([text.slice(0, CHARACTERS), '']));
  }
  closeSync(file);
}
