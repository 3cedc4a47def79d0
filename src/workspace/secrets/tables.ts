// Finds passwords and tokens in table columns, using the column names of the first line.

import { strengthOf } from './names.ts';
import type { Found, SearchedText } from './searched-text.ts';
import { isSecretBeside } from './values.ts';

export function findTables({ text, path }: SearchedText): Found[] {
  const found: Found[] = [];
  if (/\.(?:csv|tsv)$/i.test(path)) found.push(...secretsInRows(text, 0, csvCells), ...secretsInPairs(text));
  if (/\|[ \t]*:?-+:?[ \t]*\|/.test(text))
    for (const match of text.matchAll(
      /^[ \t]*\|[^\n]*\|[ \t]*\r?\n[ \t]*\|[ \t:|-]+\|[ \t]*\r?\n(?:[ \t]*\|[^\n]*\r?\n?){1,200}/gm,
    ))
      found.push(...secretsInRows(match[0], match.index, barCells));
  // Gherkin tables have no line of dashes.
  if (/\.(?:feature|story)$/.test(path))
    for (const match of text.matchAll(/(?:^[ \t]*\|[^\n]*\|[ \t]*\r?\n?){2,200}/gm))
      found.push(...secretsInRows(match[0], match.index, barCells));
  if (/\bINSERT\b/i.test(text))
    for (const match of text.matchAll(
      /\bINSERT\s+INTO\s+[\w."`[\]]+\s*\(([^()]{1,500})\)\s*VALUES\s*((?:\((?:'[^']*'|[^()']){1,2000}\)\s*,?\s*){1,200})/gi,
    )) {
      const [whole, columns = '', values = ''] = match;
      const at = match.index + whole.lastIndexOf(values);
      for (const tuple of values.matchAll(/\(((?:'[^']*'|[^()'])*)\)/g)) {
        const start = at + tuple.index + 1;
        found.push(...secretsInCells(columns.split(','), tupleCells(tuple[1] ?? ''), start));
      }
    }
  return found;
}

/** Finds secrets in lines with a name and its value. */
function secretsInPairs(text: string): Found[] {
  const found: Found[] = [];
  let start = 0;
  for (const line of text.split('\n')) {
    const [name, value] = csvCells(line);
    if (name !== undefined && value !== undefined) found.push(...secretsInCells([name.value], [value], start));
    start += line.length + 1;
  }
  return found;
}

interface Cell {
  readonly start: number;
  readonly value: string;
}

/** Finds secrets in lines of cells. The first line has the column names. */
function secretsInRows(text: string, offset: number, split: (line: string) => Cell[]): Found[] {
  const found: Found[] = [];
  const lines = text.split('\n');
  const columns = split(lines[0] ?? '').map(({ value }) => value);
  let start = offset;
  for (const [index, line] of lines.entries()) {
    if (index > 0) found.push(...secretsInCells(columns, split(line), start));
    start += line.length + 1;
  }
  return found;
}

function secretsInCells(columns: readonly string[], cells: readonly Cell[], offset: number): Found[] {
  return cells.flatMap(({ start, value }, column) => {
    const name = columns[column] ?? '';
    const isSecret = isSecretBeside(strengthOf(name), value, /phrase/i.test(name));
    return isSecret ? [{ start: offset + start, end: offset + start + value.length, value }] : [];
  });
}

/** Cells of a line in each format: the cell is the first group that matched. */
const cellsOf = (pattern: RegExp) => (line: string) =>
  [...line.matchAll(pattern)].map((match): Cell => {
    const value = match.slice(1).find((group) => group !== undefined) ?? '';
    return { start: match.index + match[0].indexOf(value), value };
  });
/** Without emphasis or code marks. */
const barCells = (line: string): Cell[] =>
  [...line.matchAll(/(?<=\|)[^|\n]*(?=\|)/g)].map(({ 0: cell, index }) => {
    const value = stripped(stripped(cell, ' \t'), '`*_');
    return { start: index + cell.indexOf(value), value };
  });

/** Without any of the characters at its ends. A loop: an expression for the end takes quadratic time. */
function stripped(text: string, characters: string): string {
  let [start, end] = [0, text.length];
  while (start < end && characters.includes(text[start] as string)) start++;
  while (end > start && characters.includes(text[end - 1] as string)) end--;
  return text.slice(start, end);
}

const tupleCells = cellsOf(/(?<=^|,)\s*(?:[NE]?'((?:[^']|'')*)'|"([^"]*)"|([^,]*))\s*(?=,|$)/g);
const csvCells = cellsOf(/(?<=^|[,;\t])(?:"((?:[^"]|"")*)"|([^,;\t\n\r"]*))/g);
