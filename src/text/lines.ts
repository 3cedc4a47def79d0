// Lines of a text, and those round a cursor. Offsets and lengths are UTF-16 units; '\n' ends a line, others become it first.

/** Of a longer line (minified code, a data row, a paragraph) what is near the cursor is looked at. */
const LONG_LINE = 2000;
/** From the end of the cursor's line on, this much is looked at for the next lines with text. */
const LINES_REACH = 4000;

export interface Line {
  /** 0-based. */
  readonly number: number;
  /** Offset of its first character. */
  readonly start: number;
  /** Without its line end. */
  readonly text: string;
}

/** All lines; a text that ends with a line end has an empty one behind it. */
export function linesOf(text: string): Line[] {
  let start = 0;
  return text.split('\n').map((line, number) => {
    const item = { number, start, text: line };
    start += line.length + 1;
    return item;
  });
}

/** Where the line begins that the offset `at` lies in, at most `reach` before it. */
export function lineStart(text: string, at = text.length, reach = Number.POSITIVE_INFINITY): number {
  const from = Math.max(0, at - reach);
  return from + text.slice(from, at).lastIndexOf('\n') + 1;
}

/** Where the line that the offset `at` lies in ends: at its line end or the text's, at most `reach` behind it. */
export function lineEnd(text: string, at = 0, reach = Number.POSITIVE_INFINITY): number {
  const end = text.slice(at, at + reach).indexOf('\n');
  return end < 0 ? Math.min(text.length, at + reach) : at + end;
}

/** 0-based number of the line that the offset `at` lies in. */
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

/** What stands between the cursor and the end of its line. */
export function restOfLine(suffix: string): string {
  return suffix.slice(0, lineEnd(suffix)).trim();
}

/**
 * Cuts a line where the rest of the cursor's line begins, so that `foo(|)` does not become `foo(x))`. Undefined: the
 * line never comes to that rest.
 */
export function meet(text: string, rest: string): string | undefined {
  if (rest === '') return text;
  const at = text.lastIndexOf(rest);
  return at < 0 ? undefined : text.slice(0, at);
}

/** The nearest line above the cursor's that is not blank, without white space at its end; '' where there is none. */
export function lineAbove(prefix: string, reach = LONG_LINE): string {
  const start = lineStart(prefix);
  const above = prefix.slice(Math.max(0, start - reach), start).trimEnd();
  return above.slice(lineStart(above));
}

/** The lines below the cursor's that are not blank, at most `count`. */
export function linesBelow(suffix: string, count: number, reach = LINES_REACH): string[] {
  const end = lineEnd(suffix);
  const below = suffix.slice(end + 1, end + reach);
  if (below === '') return [];
  return below
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, count);
}

/** The last `count` lines of a text, of the first of them no more than `reach` units before the end; fewer where it has fewer. */
export function lastLines(text: string, count: number, reach = Number.POSITIVE_INFINITY): string[] {
  let start = text.length + 1;
  for (let i = 0; i < count && start > 0; i++) start = lineStart(text, start - 1);
  return text.slice(Math.max(start, text.length - reach, 0)).split('\n');
}

/** A text without its last line; '' where it has one alone. */
export function withoutLastLine(text: string): string {
  return text.slice(0, Math.max(0, lineStart(text) - 1));
}

/** '\r\n' and lone '\r' become '\n'; text without '\r' is returned as it is. */
export function toLineFeeds(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

/** '\n' becomes '\r\n' for a document that has those. */
export function fromLineFeeds(text: string, crlf: boolean): string {
  return crlf ? text.replace(/\n/g, '\r\n') : text;
}
