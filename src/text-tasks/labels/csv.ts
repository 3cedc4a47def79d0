// Reads CSV records from a stream (RFC 4180: quoted fields may contain commas, quotes and line ends) and writes them.
// csv-parse 7 was measured instead: 100 MB of commas are a record for it (23 s, 2 GB; here an error after 8 MB), it
// names the last line of an unclosed record and not the first, and ordinary tables take it two to three times as long.

import { CodedError } from '../../common/errors.ts';

const QUOTE = '"';
/**
 * Maximum characters of a record. A longer one has an unclosed quote and would take the rest of the file into memory.
 */
const MAX_RECORD = 8 << 20;

/** A fault of a table. The caller puts the path before the message (`atPath`). */
export class TableError extends CodedError {
  constructor(message: string) {
    super('corrupt', message);
  }
}

/** The error for the user: a table's fault with its path; any other error as it is. */
export function atPath(path: string, error: unknown): unknown {
  return error instanceof TableError ? new CodedError('corrupt', `${path} ${error.message}`, { cause: error }) : error;
}

/** Streams the records of a table. Throws TableError. */
export async function* csvRecords(chunks: AsyncIterable<string>): AsyncGenerator<string[]> {
  // An unquoted field ends at a comma or a line feed; a carriage return is dropped.
  const fieldEnds = /[\n\r,]/g;
  let record: string[] = [];
  let field = '';
  // quoted: inside quotes. closing: the last character there was a quote, which ends the field or is escaped by a
  // second quote. begun: the record has a field or a quote.
  let [quoted, closing, begun] = [false, false, false];
  // The record's length before this chunk, the line in which the record begins, and the current line.
  let [length, firstLine, line] = [0, 1, 1];
  for await (const chunk of chunks) {
    let start = 0;
    for (let i = 0; i < chunk.length; i++) {
      const c = chunk[i] as string;
      if (quoted && !closing) {
        let end = chunk.indexOf(QUOTE, i);
        // Doubled quotes are one of the field's.
        while (end >= 0 && chunk[end + 1] === QUOTE) end = chunk.indexOf(QUOTE, end + 2);
        closing = end >= 0;
        if (!closing) end = chunk.length;
        for (let at = chunk.indexOf('\n', i); at >= 0 && at < end; at = chunk.indexOf('\n', at + 1)) line++;
        field += chunk.slice(i, end).replaceAll('""', QUOTE);
        i = closing ? end : end - 1;
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
      else if (c === ',') {
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
  if (quoted && !closing)
    throw new TableError(
      `ends inside quotes: the last record begins in line ${firstLine}. Close the quote that is open there.`,
    );
  if (begun || field !== '') yield [...record, field];
}

/** What programs may drop before a formula: blanks, quotes, and characters that are not seen. No separator is one. */
const DROPPED = '(?:(?![\\t\\r\\n])[\\p{Z}\\p{C}\\p{Default_Ignorable_Code_Point}"\'])*';
/** = + - @ and their wide and small forms, which some programs fold into them. */
const SIGNS = '=+\\-@\uff1d\ufe66\uff0b\ufe62\uff0d\ufe63\u2212\uff20\ufe6b';
const SIGN = `${DROPPED}[${SIGNS}]`;
/** Some programs drop a leading tab or line end and then read a formula. */
const FIRST_SIGN = `${DROPPED}[${SIGNS}\\t\\r]`;
/**
 * A program may split cells at another separator and then ignores our quotes, so a cell may begin after any of these.
 */
const SEPARATOR = '[,;\\t\\r\\n]';
const formulas = new RegExp(`^(?=${FIRST_SIGN})|(?<=${SEPARATOR})(?=${SIGN})`, 'gu');
const escapes = new RegExp(`^'(?=${FIRST_SIGN})|(?<=${SEPARATOR})'(?=${SIGN})`, 'gu');

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
