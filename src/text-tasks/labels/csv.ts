// Records of a CSV as they stream in (RFC 4180): quoted fields may hold commas, quotes and line ends. A package for
// this brings its own
// streams, types and guesses of delimiters; what is needed are these states.

import { CodedError } from '../../common/errors.ts';

const QUOTE = '"';
/**
 * Characters of one record; a longer one is a quote without its end, which would take the rest of the file into memory.
 */
const LONGEST_RECORD = 8 << 20;

/** What is wrong with a table; the path is the caller's to say. */
export class TableError extends CodedError {
  constructor(message: string) {
    super('corrupt', message);
  }
}

/** Throws TableError. */
export async function* csvRecords(chunks: AsyncIterable<string>, comma = ','): AsyncGenerator<string[]> {
  // What a field without quotes ends at, or is left out of it.
  const ends = new RegExp(`[\\n\\r${comma === '\t' ? '\\t' : comma}]`, 'g');
  let record: string[] = [];
  let field = '';
  // Inside quotes; a quote was just seen there, which ends them or is the first of two; a record has begun.
  let [quoted, closing, begun, first] = [false, false, false, true];
  // Of the record's length, what it had when its piece began; the line it began in, and the one that is read.
  let [length, beginning, line] = [0, 1, 1];
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
        [length, beginning, start] = [0, line, i + 1];
      } else if (c !== '\r') {
        ends.lastIndex = i + 1;
        const end = ends.exec(chunk)?.index ?? chunk.length;
        field += chunk.slice(i, end);
        i = end - 1;
        begun = true;
      }
    }
    length += chunk.length - start;
    if (length > LONGEST_RECORD)
      throw new TableError(
        `has a record of more than ${LONGEST_RECORD >> 20} million characters, which begins in line ${beginning}. ` +
          'Close the quote that is open there, or name another file.',
      );
  }
  if (begun || field !== '') yield [...record, field];
}

/** What makes a formula of a cell, behind blanks and quotes, which programs may drop. */
const SIGN = `[ "']*[=+\\-@]`;
const FIRST_SIGN = `[ "']*[=+\\-@\\t\\r]`;
/**
 * A cell begins behind any of the usual separators: a program may cut at another one than ours, and then knows no
 * quotes of ours.
 */
const SEPARATOR = '[,;\\t\\r\\n]';
const formulas = new RegExp(`^(?=${FIRST_SIGN})|(?<=${SEPARATOR})(?=${SIGN})`, 'g');
const escapes = new RegExp(`^'(?=${FIRST_SIGN})|(?<=${SEPARATOR})'(?=${SIGN})`, 'g');

/** A label, as a rule: '-1'. */
const number = /^[+-]?\d+(\.\d+)?$/;

/**
 * One record as a line, with quotes where they are needed. What a spreadsheet would take for a formula is kept from
 * being one.
 */
export function csvLine(fields: readonly string[]): string {
  const safe = fields.map((field) => (number.test(field) ? field : field.replace(formulas, "'")));
  return `${safe.map((field) => (/[",;\t\n\r]/.test(field) ? `"${field.replaceAll(QUOTE, '""')}"` : field)).join(',')}\n`;
}

/** A field that `csvLine` has written, as it was. */
export function plainField(field: string): string {
  return field.replace(escapes, '');
}
