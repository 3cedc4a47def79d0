// Finds passwords and tokens in table columns, using the column names of the first line.

import { strengthOf } from './names.ts';
import type { Found, SearchedText } from './searched-text.ts';
import { isPassword, isSymbolic, isUuid, randomness } from './values.ts';

const cellPattern = /"((?:[^"]|"")*)"|([^,;\t\n\r"]*)/y;

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
    const strength = strengthOf(columns[column] ?? '');
    const isSecret =
      strength === 'password'
        ? isPassword(value, { literal: true, phrase: /phrase/i.test(columns[column] ?? '') }) || randomness(value) > 0
        : (strength === 'token' && (randomness(value) > 0 || isSymbolic(value))) ||
          (strength === 'weak' && value.length >= 16 && randomness(value) > 0 && !isUuid(value));
    return isSecret ? [{ start: offset + start, end: offset + start + value.length, value }] : [];
  });
}

/** Cells of a Markdown table line, without emphasis or code marks. */
function barCells(line: string): Cell[] {
  const found: Cell[] = [];
  let bar = line.indexOf('|');
  for (let next = line.indexOf('|', bar + 1); bar >= 0 && next >= 0; next = line.indexOf('|', bar + 1)) {
    const cell = line.slice(bar + 1, next);
    const marks = /^[ \t]*[`*_]*/.exec(cell)?.[0].length ?? 0;
    const rest = cell.slice(marks).trimEnd();
    found.push({ start: bar + 1 + marks, value: rest.replace(/(?<![`*_])[`*_]+$/, '') });
    bar = next;
  }
  return found;
}

/** Values of an SQL tuple. */
function tupleCells(tuple: string): Cell[] {
  const found: Cell[] = [];
  for (const match of tuple.matchAll(/\s*(?:[NE]?'((?:[^']|'')*)'|"([^"]*)"|([^,]*))\s*(?:,|$)/g)) {
    if (match[0] === '') break;
    const value = match[1] ?? match[2] ?? match[3] ?? '';
    found.push({ start: match.index + match[0].indexOf(value), value });
  }
  return found;
}

function csvCells(line: string): Cell[] {
  const found: Cell[] = [];
  for (let at = 0; at <= line.length; ) {
    cellPattern.lastIndex = at;
    const match = cellPattern.exec(line);
    if (match === null) break;
    const value = match[1] ?? match[2] ?? '';
    found.push({ start: match.index + (match[1] === undefined ? 0 : 1), value });
    at = cellPattern.lastIndex + 1;
  }
  return found;
}
