// How deep lines are indented, and with tabs or spaces.

/** Default columns of a tab. */
const TAB = 4;

/** The tabs and spaces at a line's beginning. */
export function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

/** Length of all white space at a line's beginning, UTF-16 units; of a blank line, its whole length. */
export function indentLength(line: string): number {
  return line.length - line.trimStart().length;
}

/** The indent in columns; a tab counts as `tab` columns. */
export function indentColumns(line: string, tab = TAB): number {
  let columns = 0;
  for (const character of indentOf(line)) columns += character === '\t' ? tab : 1;
  return columns;
}

/** Columns of an indent unit, '\t' or n spaces. */
export function unitColumns(indentUnit: string): number {
  return indentUnit === '\t' ? TAB : Math.max(1, indentUnit.length);
}

/** The indent in columns in a document with this indent unit. */
export function indentWidth(line: string, indentUnit: string): number {
  return indentColumns(line, unitColumns(indentUnit));
}

/** White space for an indent of `columns` columns in a document with this indent unit. */
export function indentFor(columns: number, indentUnit: string): string {
  return indentUnit === '\t' ? '\t'.repeat(Math.round(columns / TAB)) : ' '.repeat(columns);
}

/**
 * A text's indent unit: a tab, or the narrowest indent of spaces; four spaces, VS Code's default, if no line is
 * indented.
 */
export function indentUnitOf(text: string): string {
  const lines: readonly string[] = text.match(/^(?:\t| {2,8}(?=\S))/gm) ?? [];
  if (lines.includes('\t')) return '\t';
  return lines.length === 0 ? '    ' : ' '.repeat(Math.min(...lines.map((line) => line.length)));
}

/** Replaces the lines' own indent unit by the document's; the first line begins at the cursor and stays. */
export function withIndentUnit(lines: readonly string[], indentUnit: string): string[] {
  const own = indentUnit === '\t' ? unitOfSpaces(lines) : lines.some((line) => line.startsWith('\t')) ? '\t' : '';
  if (own === '') return [...lines];
  return lines.map((line, i) => {
    let units = 0;
    if (i > 0) while (line.startsWith(own, units * own.length)) units++;
    return indentUnit.repeat(units) + line.slice(units * own.length);
  });
}

/** The indent unit of lines indented with spaces, by the narrowest indent; '' if no line is. */
function unitOfSpaces(lines: readonly string[]): string {
  const widths = lines.slice(1).flatMap((line) => /^ +(?=\S)/.exec(line)?.[0].length ?? []);
  if (widths.length === 0) return '';
  const narrowest = Math.min(...widths);
  return ' '.repeat(narrowest % 4 === 0 ? 4 : narrowest % 3 === 0 ? 3 : 2);
}
