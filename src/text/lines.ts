// Lines of a text, their indents, and the lines around a cursor. Offsets and lengths are UTF-16 units. Lines end with
// '\n' only; see `toLineFeeds`.

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

/** Of longer lines (minified code, a data row, a paragraph) only the part near the cursor is read. */
const LONG_LINE = 2000;
/** Reach below the cursor's line within which the next lines with text are found. */
const LINES_REACH = 4000;

export interface Line {
  /** 0-based. */
  readonly number: number;
  /** Offset of its first character. */
  readonly start: number;
  /** Without its line end. */
  readonly text: string;
}

/** All lines; if the text ends with a line end, the last one is empty. */
export function linesOf(text: string): Line[] {
  let start = 0;
  return text.split('\n').map((line, number) => {
    const item = { number, start, text: line };
    start += line.length + 1;
    return item;
  });
}

/** Start of the line at offset `at`, at most `reach` before it. */
export function lineStart(text: string, at = text.length, reach = Number.POSITIVE_INFINITY): number {
  const from = Math.max(0, at - reach);
  return from + text.slice(from, at).lastIndexOf('\n') + 1;
}

/** End of the line at offset `at`, without its line end, at most `reach` after it. */
export function lineEnd(text: string, at = 0, reach = Number.POSITIVE_INFINITY): number {
  const end = text.slice(at, at + reach).indexOf('\n');
  return end < 0 ? Math.min(text.length, at + reach) : at + end;
}

/** The whole lines of a range with so many lines above and below, without the last line end. */
export function linesAround(text: string, from: number, to: number, above: number, below: number) {
  let start = lineStart(text, from);
  for (let line = 0; line < above && start > 0; line++) start = lineStart(text, start - 1);
  let end = lineEnd(text, to);
  for (let line = 0; line < below && end < text.length; line++) end = lineEnd(text, end + 1);
  return { start, end };
}

/** 0-based number of the line at offset `at`. */
export function lineNumber(text: string, at = text.length): number {
  let number = 0;
  for (let end = text.indexOf('\n'); end >= 0 && end < at; end = text.indexOf('\n', end + 1)) number++;
  return number;
}

/** The cursor's line up to the cursor. */
export function lineBefore(prefix: string, reach = LONG_LINE): string {
  return prefix.slice(lineStart(prefix, prefix.length, reach));
}

/** The cursor's line from the cursor on, without its line end. */
export function lineAfter(suffix: string, reach = LONG_LINE): string {
  return suffix.slice(0, lineEnd(suffix, 0, reach));
}

/** The trimmed text between the cursor and the end of its line. */
export function restOfLine(suffix: string): string {
  return suffix.slice(0, lineEnd(suffix)).trim();
}

/**
 * Cuts a suggested line before the rest of the cursor's line, so that `foo(|)` does not become `foo(x))`. Undefined if
 * the suggestion does not contain the rest.
 */
export function cutBeforeRest(text: string, rest: string): string | undefined {
  if (rest === '') return text;
  const at = text.lastIndexOf(rest);
  return at < 0 ? undefined : text.slice(0, at);
}

/** The nearest line with text above the cursor's, trimmed at its end; '' if there is none. */
export function lineAbove(prefix: string, reach = LONG_LINE): string {
  const start = lineStart(prefix);
  const above = prefix.slice(Math.max(0, start - reach), start).trimEnd();
  return above.slice(lineStart(above));
}

/** The first `count` lines with text below the cursor's line. */
export function linesBelow(suffix: string, count: number, reach = LINES_REACH): string[] {
  const end = lineEnd(suffix);
  const below = suffix.slice(end + 1, end + reach);
  if (below === '') return [];
  return below
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, count);
}

/** The last lines of a text, at most `count` lines and `reach` units. */
export function lastLines(text: string, count: number, reach = Number.POSITIVE_INFINITY): string[] {
  let start = text.length + 1;
  for (let i = 0; i < count && start > 0; i++) start = lineStart(text, start - 1);
  return text.slice(Math.max(start, text.length - reach, 0)).split('\n');
}

/** A text without its last line; '' if it has only one. */
export function withoutLastLine(text: string): string {
  return text.slice(0, Math.max(0, lineStart(text) - 1));
}

/** '\r\n' and lone '\r' become '\n'; text without '\r' is returned unchanged. */
export function toLineFeeds(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

/** '\n' becomes '\r\n' if the document uses it. */
export function fromLineFeeds(text: string, crlf: boolean): string {
  return crlf ? text.replace(/\n/g, '\r\n') : text;
}
