// Records of a CSV as they stream in (RFC 4180): quoted fields may hold commas, quotes and line ends. A package for this brings its own
// streams, types and guesses of delimiters; what is needed are these states.

const QUOTE = '"';

export async function* csvRecords(chunks: AsyncIterable<string>, comma = ','): AsyncGenerator<string[]> {
  let record: string[] = [];
  let field = '';
  // Inside quotes; a quote was just seen there, which ends them or is the first of two; a record has begun.
  let [quoted, closing, begun, first] = [false, false, false, true];
  for await (const text of chunks) {
    const chunk = first && text.startsWith('\uFEFF') ? text.slice(1) : text;
    if (text !== '') first = false;
    for (let i = 0; i < chunk.length; i++) {
      const c = chunk[i] as string;
      if (quoted && !closing) {
        if (c === QUOTE) closing = true;
        else {
          let end = chunk.indexOf(QUOTE, i);
          if (end < 0) end = chunk.length;
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
      } else if (c !== '\r') {
        field += c;
        begun = true;
      }
    }
  }
  if (begun || field !== '') yield [...record, field];
}

const formula = /^[=+\-@\t\r]/;

/** One record as a line, with quotes where they are needed. What a spreadsheet would take for a formula is kept from being one. */
export function csvLine(fields: readonly string[]): string {
  const safe = fields.map((field) => (formula.test(field) && Number.isNaN(Number(field)) ? `'${field}` : field));
  return `${safe.map((field) => (/[",\n\r]/.test(field) ? `"${field.replaceAll(QUOTE, '""')}"` : field)).join(',')}\n`;
}

/** A field that `csvLine` has written, as it was. */
export function plainField(field: string): string {
  return field.startsWith("'") && formula.test(field.slice(1)) ? field.slice(1) : field;
}
