// How far lines are indented, and with what.

/** Columns that a tab counts for where nothing says otherwise. */
const TAB = 4;

/** The tabs and spaces that a line begins with. */
export function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

/** Characters of white space that a line begins with, of any kind; all of a blank line. */
export function indentLength(line: string): number {
  return line.length - line.trimStart().length;
}

/** Columns that a line is indented by; a tab counts for `tab` of them. */
export function indentColumns(line: string, tab = TAB): number {
  let columns = 0;
  for (const character of indentOf(line)) columns += character === '\t' ? tab : 1;
  return columns;
}

/** Columns of one step of indentation, '\t' or n spaces. */
export function unitColumns(indentUnit: string): number {
  return indentUnit === '\t' ? TAB : Math.max(1, indentUnit.length);
}

/** Columns that a line is indented by in a document with this step of indentation. */
export function indentWidth(line: string, indentUnit: string): number {
  return indentColumns(line, unitColumns(indentUnit));
}

/** The indent of `columns` columns in a document with this step of indentation. */
export function indentFor(columns: number, indentUnit: string): string {
  return indentUnit === '\t' ? '\t'.repeat(Math.round(columns / TAB)) : ' '.repeat(columns);
}

/** What a text indents with: a tab, or the narrowest run of spaces that a line begins with; four spaces where there is none, as in a new editor. */
export function indentUnitOf(text: string): string {
  const lines: readonly string[] = text.match(/^(?:\t| {2,8}(?=\S))/gm) ?? [];
  if (lines.includes('\t')) return '\t';
  return lines.length === 0 ? '    ' : ' '.repeat(Math.min(...lines.map((line) => line.length)));
}

/** Lines with the document's step of indentation in place of their own; the first begins behind the cursor and stays. */
export function withIndentUnit(lines: readonly string[], indentUnit: string): string[] {
  const own = indentUnit === '\t' ? unitOfSpaces(lines) : lines.some((line) => line.startsWith('\t')) ? '\t' : '';
  if (own === '') return [...lines];
  return lines.map((line, i) => {
    let units = 0;
    if (i > 0) while (line.startsWith(own, units * own.length)) units++;
    return indentUnit.repeat(units) + line.slice(units * own.length);
  });
}

/** The step of lines that are indented with spaces, by the narrowest; '' where none is. */
function unitOfSpaces(lines: readonly string[]): string {
  const widths = lines.slice(1).flatMap((line) => /^ +(?=\S)/.exec(line)?.[0].length ?? []);
  if (widths.length === 0) return '';
  const narrowest = Math.min(...widths);
  return ' '.repeat(narrowest % 4 === 0 ? 4 : narrowest % 3 === 0 ? 3 : 2);
}
