// Reads CSV records from a stream (RFC 4180: quoted fields may contain commas, quotes and line ends) and writes them. The
// separator is found in the first records: a comma, a semicolon or a tab.
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

const SEPARATORS = [',', ';', '\t'] as const;
export type Separator = (typeof SEPARATORS)[number];

/** Characters in which the separator is looked for, and records that it is judged by. */
const BEGINNING = 1 << 16;
const JUDGED_RECORDS = 20;

/**
 * Streams the records of a table. Throws TableError.
 * @param onSeparator called once, before the first record, with what stands between fields
 */
export async function* csvRecords(
  chunks: AsyncIterable<string>,
  onSeparator: (separator: Separator) => void = () => {},
): AsyncGenerator<string[]> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    let beginning = '';
    let next = await iterator.next();
    for (; !next.done && beginning.length < BEGINNING; next = await iterator.next()) beginning += next.value;
    const separator = await separatorOf(beginning);
    onSeparator(separator);
    async function* all(): AsyncGenerator<string> {
      yield beginning;
      for (; !next.done; next = await iterator.next()) yield next.value;
    }
    yield* recordsOf(all(), separator);
  } finally {
    await iterator.return?.();
  }
}

/** The separator by which most records have as many fields as the header, and the header has several. */
async function separatorOf(beginning: string): Promise<Separator> {
  let best: { readonly separator: Separator; readonly share: number; readonly fields: number } | undefined;
  for (const separator of SEPARATORS) {
    const counts: number[] = [];
    async function* chunks() {
      yield beginning;
    }
    try {
      for await (const record of recordsOf(chunks(), separator)) if (counts.push(record.length) > JUDGED_RECORDS) break;
    } catch {
      // The last record is cut, or a quote is open: the records before it count.
    }
    const [fields = 1, ...others] = counts;
    const share = (1 + others.filter((count) => count === fields).length) / (1 + others.length);
    if (fields > 1 && (!best || share > best.share || (share === best.share && fields > best.fields)))
      best = { separator, share, fields };
  }
  return best?.separator ?? ',';
}

async function* recordsOf(chunks: AsyncIterable<string>, separator: Separator): AsyncGenerator<string[]> {
  // An unquoted field ends at a separator or a line feed; a carriage return is dropped.
  const fieldEnds = new RegExp(`[\\n\\r${separator}]`, 'g');
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
      else if (c === separator) {
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

/**
 * One record as a line, quoted where needed. An apostrophe before a formula keeps spreadsheets from running it.
 * @param own fields before these stand in the source as they are, and get no apostrophe
 */
export function csvLine(fields: readonly string[], separator: Separator = ',', own = 0): string {
  const safe = fields.map((field, i) => (i < own || number.test(field) ? field : field.replace(formulas, "'")));
  const quoted = safe.map((field) => (/[",;\t\n\r]/.test(field) ? `"${field.replaceAll(QUOTE, '""')}"` : field));
  return `${quoted.join(separator)}\n`;
}

/** Reverses the escaping of `csvLine`. */
export function plainField(field: string): string {
  return field.replace(escapes, '');
}
