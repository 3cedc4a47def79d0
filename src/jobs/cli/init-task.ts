// `label --init TABLE`: writes a task's file from a table whose column holds labels.
import { basename } from 'node:path';
import { CodedError } from '../../common/errors.ts';
import { quoted } from '../../common/plain-text.ts';
import { writeNewFile } from '../../text-tasks/in-folder.ts';
import { atPath } from '../../text-tasks/labels/csv.ts';
import { csvTexts, jsonlTexts, type TableForm } from '../../text-tasks/labels/extract.ts';
import { LABEL_COUNT, TASKS_FOLDER } from '../../text-tasks/task-file.ts';
import { FolderReader } from '../../workspace/files/folder-reader.ts';
import { textPieces } from '../../workspace/files/text-pieces.ts';
import type { CommandLine } from './command-line.ts';
import { requireFolder } from './run-request.ts';
import type { Terminal } from './terminal.ts';

/** Rows by which columns are told apart. */
const MAX_ROWS = 10_000;

type Row = Readonly<Record<string, string>>;

export async function initTask({ target: path, values }: CommandLine, terminal: Terminal): Promise<number> {
  const reader = await FolderReader.open(requireFolder(values.folder ?? '.'));
  const kind = path.endsWith('.jsonl') ? 'jsonl' : 'csv';
  const rows = await rowsOf(reader, path, kind);
  const { text, label } = columnsOf(rows, path);
  const names = [...new Set(rows.map((row) => row[label] ?? ''))].filter((name) => name !== '').sort();
  const task = {
    instruction: 'Decide which label the text gets.',
    labels: names.map((name) => ({ name, meaning: `Texts of the kind ${name}.` })),
    source: { kind, path, text, label },
  };
  const name = basename(path)
    .replace(/\.[^.]*$/, '')
    .replace(/[^\p{L}\p{N}_-]+/gu, '-');
  const file = `${TASKS_FOLDER}/${name}.json`;
  if (!writeNewFile(reader.root, file, `${JSON.stringify(task, undefined, 2)}\n`))
    throw new CodedError('unwritable', `${file} already exists and was left as it is. Remove or rename it first.`);
  const said = `${file}: texts of ${quoted(text)}, ${names.length} labels of ${quoted(label)}. Write there what to decide, and what each label means. Then: npm start -- label ${name} --dry-run`;
  terminal.print({ file, ...task }, said);
  return 0;
}

async function rowsOf(reader: FolderReader, path: string, kind: 'csv' | 'jsonl'): Promise<Row[]> {
  const rows: Row[] = [];
  const form: TableForm = {};
  const chunks = textPieces(reader, path);
  // Any column will do: all fields of a row come with its text.
  const texts = kind === 'csv' ? csvTexts(chunks, {}, form) : jsonlTexts(chunks, {});
  try {
    for await (const { source = '' } of texts) {
      rows.push(typeof source === 'string' ? stringsOf(source) : fieldsOf(form.columns ?? [], source));
      if (rows.length === MAX_ROWS) break;
    }
  } catch (error) {
    throw atPath(path, error);
  }
  return rows;
}

const fieldsOf = (columns: readonly string[], fields: readonly string[]): Row =>
  Object.fromEntries(columns.map((name, i) => [name, fields[i]?.trim() ?? '']));

function stringsOf(line: string): Row {
  const entries = Object.entries(JSON.parse(line) as object);
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === null ? [] : [[name, String(value).trim()]])));
}

/** The texts are the longest values; the labels those of which there are fewest, each several times. */
function columnsOf(rows: readonly Row[], path: string): { readonly text: string; readonly label: string } {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].map((name) => {
    const values = rows.flatMap((row) => row[name] || []);
    const different = new Set(values.map((value) => value.toLowerCase())).size;
    return { name, different, values: values.length, characters: values.reduce((sum, each) => sum + each.length, 0) };
  });
  const text = columns.reduce((a, b) => (b.characters > a.characters ? b : a), columns[0] as (typeof columns)[number]);
  const { least, most } = LABEL_COUNT;
  const label = columns
    .filter(({ name, different, values }) => {
      return name !== text.name && different >= least && different <= most && 2 * different <= values;
    })
    .sort((a, b) => a.different - b.different)[0];
  if (label) return { text: text.name, label: label.name };
  throw new CodedError(
    'nothing-to-learn',
    `${path} has no column of ${least} to ${most} labels that stand in several rows. Columns: ${columns.map(({ name }) => name).join(', ')}. Add one, or write the task's file by hand.`,
  );
}
