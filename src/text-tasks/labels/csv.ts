// Reads CSV records from a stream (RFC 4180: quoted fields may contain commas, quotes and line ends) and writes them.

import { CodedError } from '../../common/errors.ts';

const QUOTE = '"';
/** Maximum characters of a record. A longer one has an unclosed quote and would take the rest of the file into memory. */
const MAX_RECORD = 8 << 20;

/** A fault of a table. The caller puts the path before the message. */
export class TableError extends CodedError {
  constructor(message: string) {
    super('corrupt', message);
  }
}

/** Streams the records of a table. Throws TableError. */
export async function* csvRecords(chunks: AsyncIterable<string>, comma = ','): AsyncGenerator<string[]> {
  // An unquoted field ends at a comma or a line feed; a carriage return is dropped.
  const fieldEnds = new RegExp(`[\\n\\r${comma === '\t' ? '\\t' : comma}]`, 'g');
  let record: string[] = [];
  let field = '';
  // quoted: inside quotes. closing: the last character there was a quote, which ends the field or is escaped by a second
  // quote. begun: the record has a field or a quote. first: no text has been read.
  let [quoted, closing, begun, first] = [false, false, false, true];
  // The record's length before this chunk, the line in which the record begins, and the current line.
  let [length, firstLine, line] = [0, 1, 1];
  for await (const text of chunks) {
    const chunk = first && text.startsWith('\uFEFF') ? text.slice(1) : text;
    if (text !== '') first = false;
    let start = 0;
    for (let i = 0; i < chunk.length; i++) {
      const c = chunk[i] as string;
      if (quoted && !closing) {
        if (c === QUOTE) closing = true;
        else {
          let end = chunk.indexOf(QUOTE, i);
          if (end < 0) end = chunk.length;
          for (let at = chunk.indexOf('\n', i); at >= 0 && at < end; at = chunk.indexOf('\n', at + 1)) line++;
          field += chunk.slice(i, end);
          i = end - 1;
        }
        continue;
      }
      if (closing) {
        closing = false;
        if (c === QUOTE) {
          field += QUOTE;
          continue;
        }
        quoted = false;
      }
      if (c === QUOTE && field === '') [quoted, begun] = [true, true];
      else if (c === comma) {
        record.push(field);
        [field, begun] = ['', true];
      } else if (c === '\n') {
        if (begun || field !== '') yield [...record, field];
        [record, field, begun] = [[], '', false];
        line++;
        [length, firstLine, start] = [0, line, i + 1];
      } else if (c !== '\r') {
        fieldEnds.lastIndex = i + 1;
        const end = fieldEnds.exec(chunk)?.index ?? chunk.length;
        field += chunk.slice(i, end);
        i = end - 1;
        begun = true;
      }
    }
    length += chunk.length - start;
    if (length > MAX_RECORD)
      throw new TableError(
        `has a record of more than ${MAX_RECORD >> 20} million characters, which begins in line ${firstLine}. ` +
          'Close the quote that is open there, or name another file.',
      );
  }
  if (begun || field !== '') yield [...record, field];
}

/** Start of a formula. Programs may drop blanks and quotes before it. */
const SIGN = `[ "']*[=+\\-@]`;
const FIRST_SIGN = `[ "']*[=+\\-@\\t\\r]`;
/** A program may split cells at another separator and then ignores our quotes, so a cell may begin after any of these. */
const SEPARATOR = '[,;\\t\\r\\n]';
const formulas = new RegExp(`^(?=${FIRST_SIGN})|(?<=${SEPARATOR})(?=${SIGN})`, 'g');
const escapes = new RegExp(`^'(?=${FIRST_SIGN})|(?<=${SEPARATOR})'(?=${SIGN})`, 'g');

/** A number such as '-1' is no formula. */
const number = /^[+-]?\d+(\.\d+)?$/;

/** One record as a line, quoted where needed. An apostrophe before a formula keeps spreadsheets from running it. */
export function csvLine(fields: readonly string[]): string {
  const safe = fields.map((field) => (number.test(field) ? field : field.replace(formulas, "'")));
  return `${safe.map((field) => (/[",;\t\n\r]/.test(field) ? `"${field.replaceAll(QUOTE, '""')}"` : field)).join(',')}\n`;
}

/** Reverses the escaping of `csvLine`. */
export function plainField(field: string): string {
  return field.replace(escapes, '');
}
