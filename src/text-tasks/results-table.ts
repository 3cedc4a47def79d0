// The table of a task's results, which replaces the old file atomically, and is read with later labels of people. Of a
// table it has every row and column, in its order and with its separator, and ours behind them; of JSONL every line.
import { CodedError } from '../common/errors.ts';
import { replaceFileFromStream } from '../common/files.ts';
import { isObject } from '../common/schemas.ts';
import type { FolderReader } from '../workspace/files/folder-reader.ts';
import { textPieces } from '../workspace/files/text-pieces.ts';
import type { KnownLabels } from './given-labels.ts';
import { writablePathIn } from './in-folder.ts';
import { atPath, csvLine, csvRecords, plainField } from './labels/csv.ts';
import { keyOf, LONGEST_TEXT, linesIn, type TableForm } from './labels/extract.ts';
import type { LabelledRow } from './rows.ts';
import { isAnswerTask, type TextTask } from './task-file.ts';
import type { TaskFolder } from './task-folder.ts';

/** Name of the column, and the ending of the results' file name. */
const NAMES = { label: ['label', 'labels'], text: ['answer', 'answers'] } as const;

/** Sources of labels as the results name them. */
export const SOURCES = { person: 'person', api: 'large model', specialist: 'local model', none: '' } as const;

/** Number of characters that are buffered before a write. */
const FLUSH = 1 << 16;

const COUNT = 4;

/** Our columns. @param taken names of the source's columns: ours get the task's name where they would stand twice */
function ownColumns(task: TextTask, taken: readonly string[] = []): string[] {
  const names = [NAMES[isAnswerTask(task) ? 'text' : 'label'][0], 'who', 'how sure', 'in doubt'];
  return names.map((name) => (taken.includes(name) ? `${name} (${task.name})` : name));
}

/** A source that is no table: its texts are the first column, and the row, if there are rows, the last. */
const PLAIN = { first: 'text', last: 'row' } as const;

/** Whether the first line is one of a table of this task's results. */
function isHeader(task: TextTask, fields: readonly string[]): boolean {
  const isTable = task.source.kind === 'csv';
  const own = isTable ? fields.slice(-COUNT) : fields.slice(1, -1);
  const others = isTable ? fields.slice(0, -COUNT) : [];
  const isPlain = fields[0] === PLAIN.first && fields.at(-1) === PLAIN.last;
  return (isTable || isPlain) && own.join('\n') === ownColumns(task, others).join('\n');
}

/**
 * Path relative to the folder. Throws CodedError 'unwritable' if another file has that name; call it before anything is
 * paid for.
 */
export async function resultsPath(folder: Pick<TaskFolder, 'resultsPathWith' | 'reader' | 'task'>): Promise<string> {
  const { reader, task } = folder;
  const format = task.source.kind === 'jsonl' ? 'jsonl' : 'csv';
  const path = folder.resultsPathWith(`${NAMES[isAnswerTask(task) ? 'text' : 'label'][1]}.${format}`);
  const whyNotAFile = await reader.whyNotAFile(path);
  if (whyNotAFile === 'gone') return path;
  const isSource = 'path' in task.source && task.source.path === path;
  if (whyNotAFile === undefined && !isSource && (await isOfResults(reader, path, task))) return path;
  throw new CodedError(
    'unwritable',
    `${path} already exists and is not a table of results. Rename it: the results of '${task.name}' are written there.`,
  );
}

/** Whether a file is one of results of this task, or empty. */
async function isOfResults(reader: FolderReader, path: string, task: TextTask): Promise<boolean> {
  const chunks = textPieces(reader, path);
  if (task.source.kind === 'jsonl') {
    for await (const line of linesIn(chunks)) return ownFields(task, line) !== undefined;
    return true;
  }
  try {
    for await (const record of csvRecords(chunks)) return isHeader(task, record);
  } catch {
    return false;
  }
  return true;
}

/** A line of results: what it says of its text. Undefined: it is none. */
function ownFields(task: TextTask, line: string): readonly unknown[] | undefined {
  try {
    const row: unknown = JSON.parse(line);
    const names = isObject(row) ? Object.keys(row) : [];
    const own = ownColumns(task, names.slice(0, -COUNT));
    return isObject(row) && names.slice(-COUNT).join('\n') === own.join('\n')
      ? own.map((name) => row[name])
      : undefined;
  } catch {
    return undefined;
  }
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
  form: TableForm,
  onProgress: (texts: number) => void,
): Promise<ResultCounts> {
  const counts: ResultCounts = { texts: 0, byPerson: 0, byApi: 0, inDoubt: 0 };
  const { header, lineOf } = formatOf(folder.task, form);
  async function* lines(): AsyncGenerator<string> {
    let buffer = header;
    for await (const row of rows) {
      counts.texts += Number(row.by !== 'none');
      counts.byPerson += Number(row.by === 'person');
      counts.byApi += Number(row.by === 'api');
      counts.inDoubt += Number(row.inDoubt);
      buffer += lineOf(row);
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

interface Format {
  readonly header: string;
  readonly lineOf: (row: LabelledRow) => string;
}

/** @param form of the source, which is read by now */
function formatOf(task: TextTask, { columns = [], separator = ',' }: TableForm): Format {
  const valuesOf = ({ label, by, confidence, inDoubt }: LabelledRow) => {
    return by === 'none' ? ['', '', '', ''] : [label, SOURCES[by], confidence.toFixed(3), inDoubt ? 'yes' : ''];
  };
  if (task.source.kind === 'jsonl') return { header: '', lineOf: (row) => jsonLine(task, row, valuesOf(row)) };
  if (task.source.kind === 'csv') {
    // A file named .csv has no tabs.
    const between = separator === '\t' ? ',' : separator;
    const own = columns.length;
    const header = csvLine([...columns, ...ownColumns(task, columns)], between, own);
    return { header, lineOf: (row) => csvLine([...(row.source ?? []), ...valuesOf(row)], between, own) };
  }
  return {
    header: csvLine([PLAIN.first, ...ownColumns(task), PLAIN.last]),
    lineOf: (row) => csvLine([row.text, ...valuesOf(row), `${row.row ?? ''}`]),
  };
}

/** The source's line as it is, so that no number loses digits, with our fields behind its own. */
function jsonLine(task: TextTask, { source }: LabelledRow, values: readonly string[]): string {
  const line = String(source);
  const names = Object.keys(JSON.parse(line) as object);
  const fields = ownColumns(task, names).map((name, i) => `${JSON.stringify(name)}:${JSON.stringify(values[i])}`);
  return `${line.slice(0, line.lastIndexOf('}')).trimEnd()}${names.length > 0 ? ',' : ''}${fields.join(',')}}\n`;
}

const KINDS = ['person', 'api', 'specialist'] as const satisfies readonly (keyof typeof SOURCES)[];

/**
 * Streams the rows in file order. Throws CodedError 'unreadable' or 'corrupt'. Rows of an unknown source are skipped.
 */
export async function* readResults(
  reader: FolderReader,
  path: string,
  task: TextTask,
  known: ReadonlyMap<number, KnownLabels>,
): AsyncGenerator<LabelledRow> {
  for await (const [text = '', label = '', source, confidence, doubt] of recordsOf(reader, path, task)) {
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

/** Text and our four fields of each row. */
async function* recordsOf(reader: FolderReader, path: string, task: TextTask): AsyncGenerator<string[]> {
  const { source } = task;
  const chunks = textPieces(reader, path);
  if (source.kind === 'jsonl') {
    for await (const line of linesIn(chunks)) {
      const own = ownFields(task, line);
      const { [source.text]: text } = own ? (JSON.parse(line) as Record<string, unknown>) : {};
      if (own) yield [text, ...own].map((value) => asRead(String(value ?? '')));
    }
    return;
  }
  let textColumn: number | undefined;
  try {
    for await (const record of csvRecords(chunks)) {
      if (textColumn !== undefined)
        yield source.kind === 'csv'
          ? [asRead(record[textColumn] ?? ''), ...record.slice(-COUNT).map(plainField)]
          : record.map(plainField);
      textColumn ??= source.kind === 'csv' ? record.indexOf(source.text) : 0;
    }
  } catch (error) {
    throw atPath(path, error);
  }
}

/** The text of a cell, as the task reads it. */
function asRead(cell: string): string {
  return cell.slice(0, LONGEST_TEXT).trim();
}
