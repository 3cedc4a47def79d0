// Extracts texts of a task: streamed lines and records, sections of Markdown, TODO comments, commit subjects.
import { plainLine } from '../../common/plain-text.ts';
import { isObject } from '../../common/schemas.ts';
import { csvRecords, type Separator, TableError } from './csv.ts';

/** A text of a task's source. */
export interface TaskSourceText {
  readonly text: string;
  /** The source's own label. */
  readonly label?: string;
  /** From 1: the row of a table, its header included, or the line of a file. Absent in other sources. */
  readonly row?: number;
  /** The row of a table as it stands in the source: a field for each column, or the line of JSONL. */
  readonly source?: readonly string[] | string;
}

/** What is found in a table beside its texts. */
export interface TableForm {
  separator?: Separator;
  columns?: readonly string[];
  /** Rows with more fields than columns, and the first of them. The last column has what is too much. */
  longRows?: { readonly count: number; readonly first: number };
}

/** Texts longer than this are cut, characters. */
export const LONGEST_TEXT = 20_000;

/** A file without line ends is not a list of texts, so the rest of a longer line is dropped. */
const LONGEST_LINE = 50 * LONGEST_TEXT;

export async function* linesIn(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let pending = '';
  for await (const chunk of chunks)
    for (const [i, part] of chunk.split('\n').entries()) {
      if (i > 0) {
        yield pending.endsWith('\r') ? pending.slice(0, -1) : pending;
        pending = '';
      }
      if (pending.length < LONGEST_LINE) pending = (pending + part).slice(0, LONGEST_LINE);
    }
  if (pending !== '') yield pending;
}

interface Columns {
  /** Absent: no column is read as text, for callers that want rows. */
  readonly text?: string;
  readonly label?: string;
}

export async function* csvTexts(
  chunks: AsyncIterable<string>,
  { text, label }: Columns,
  form: TableForm = {},
): AsyncGenerator<TaskSourceText> {
  let header: string[] | undefined;
  let row = 0;
  const onSeparator = (separator: Separator) => {
    form.separator = separator;
  };
  for await (const record of csvRecords(chunks, onSeparator)) {
    row += 1;
    if (header === undefined) {
      header = record.map((name) => name.trim());
      form.columns = header;
      for (const name of [text, label])
        if (name !== undefined && !header.includes(name))
          throw new TableError(`has no column '${name}'. Its columns are: ${plainLine(header.join(', '))}.`);
      continue;
    }
    if (record.length > header.length) {
      form.longRows = { count: (form.longRows?.count ?? 0) + 1, first: form.longRows?.first ?? row };
    }
    const last = record.slice(header.length - 1).join(form.separator);
    const source = header.map((_, i) => (i < (header?.length ?? 0) - 1 ? (record[i] ?? '') : last));
    const sourceLabel = label === undefined ? undefined : source[header.indexOf(label)]?.trim();
    yield {
      text: (text !== undefined && source[header.indexOf(text)]) || '',
      ...(sourceLabel && { label: sourceLabel }),
      row,
      source,
    };
  }
}

export async function* jsonlTexts(
  chunks: AsyncIterable<string>,
  { text, label }: Columns,
): AsyncGenerator<TaskSourceText> {
  let [number, hasText] = [0, false];
  for await (const line of linesIn(chunks)) {
    number += 1;
    if (line.trim() === '') continue;
    let row: unknown;
    try {
      row = JSON.parse(line);
    } catch {
      if (line.length === LONGEST_LINE)
        throw new TableError(`has a line ${number} that is longer than 1 million characters. Shorten or remove it.`);
      throw new TableError(`has invalid JSON in line ${number}. Correct or remove that line.`);
    }
    if (!isObject(row)) throw new TableError(`has no object in line ${number}. Correct or remove that line.`);
    const rowText = text === undefined ? '' : row[text];
    hasText ||= typeof rowText === 'string';
    const given = label === undefined ? undefined : row[label];
    const sourceLabel = ['string', 'number', 'boolean'].includes(typeof given) ? String(given).trim() : '';
    yield {
      text: typeof rowText === 'string' ? rowText : '',
      ...(sourceLabel !== '' && { label: sourceLabel }),
      row: number,
      source: line.trim(),
    };
  }
  if (number > 0 && !hasText)
    throw new TableError(`has no text '${text}' in any line. Name another field in the task.`);
}

/**
 * Splits Markdown into sections: a heading and the text up to the next heading. Text before the first heading is also a
 * section.
 */
export function sectionsIn(markdown: string): string[] {
  const sections: string[] = [];
  let lines: string[] = [];
  let fence: string | undefined;
  const endSection = () => {
    const section = lines.join('\n').trim();
    if (section !== '') sections.push(section);
    lines = [];
  };
  for (const line of markdown.split('\n')) {
    const fenceMark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fenceMark !== undefined && (fence === undefined || fenceMark.startsWith(fence)))
      fence = fence === undefined ? fenceMark : undefined;
    if (fence === undefined && /^ {0,3}#{1,6}(\s|$)/.test(line)) endSection();
    lines.push(line);
  }
  endSection();
  return sections;
}

/** TODO notes, each from its keyword to the end of the line, without the end mark of a comment. */
export function todosIn(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const note = /\b(?:TODO|FIXME|HACK|XXX)\b.*/.exec(line)?.[0];
    return note === undefined
      ? []
      : [
          note
            .trimEnd()
            .replace(/(?:\*\/|-->)$/, '')
            .trim(),
        ];
  });
}

/** 'fix(parser)!: no loop' gives its type 'fix' as the label, and the text without it. */
export function commitText(subject: string, labelFromType: boolean): TaskSourceText {
  const [, type, rest] = /^(\w+)(?:\([^)]*\))?!?:\s+(\S.*)$/.exec(subject) ?? [];
  return labelFromType && type !== undefined && rest !== undefined ? { text: rest, label: type } : { text: subject };
}

/** A hash of 53 bits of a text, ignoring white space and case. It is the same in every run and on every machine. */
export function keyOf(text: string): number {
  const plain = text.toLowerCase().replace(/\s+/g, ' ').trim();
  let [a, b] = [0x811c9dc5, 0x9dc5811c];
  for (let i = 0; i < plain.length; i++) {
    const unit = plain.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x85ebca6b) ^ (b >>> 13);
  }
  return ((a ^ (a >>> 15)) >>> 0) * 2 ** 21 + ((b ^ (b >>> 12)) >>> 11);
}
