// Finds secrets in the columns of tables, by the names in the first line (CSV, Markdown, Gherkin) or of an INSERT.
import { strengthOf } from './names.ts';
import type { Found, SearchedText } from './searched-text.ts';
import { isSecretBeside } from './values.ts';

/** A cell is the first group. In CSV it may be quoted; in Markdown, emphasis and code marks surround it. */
const cellOfCsv = /(?<=^|[,;\t])"?((?<=")(?:[^"]|"")*|(?<!")[^,;\t\r"]*)/g;
const cellOfBars = /(?<=\|)[ \t`*_]{0,80}((?:[^|\s`*_](?:[^|]*[^|\s`*_])?)?)[ \t`*_]*(?=\|)/g;
/** Consecutive lines between bars. */
const barLines = /(?:^[ \t]*\|[^\n]*\|[ \t]*\r?(?:\n|$)){2,200}/gm;

const insert = /\b(?:INSERT|REPLACE)\s+INTO\s+[\w."`[\]]+\s*\(([^()]{1,500})\)\s*VALUES\s*/gi;
const row = /\s{0,20},?\s{0,20}\(((?:'[^']*'|[^()']){1,2000})\)/y;
const cellOfRow = /(?<=^|,)\s*(?:[NE]?'((?:[^']|'')*)'|"([^"]*)"|([^,]*))\s*(?=,|$)/g;
const mostRows = 200;

export function findTables({ text, path }: SearchedText): Found[] {
  const inserted = [...text.matchAll(insert)].flatMap(({ 0: head, 1: columns = '', index }) =>
    secretsInserted(text, index + head.length, columns.split(',')),
  );
  return [...inserted, ...secretsInLines(text, path)];
}

/** Finds secrets in the rows of an INSERT, which begin at `at`. */
function secretsInserted(text: string, at: number, columns: readonly string[]): Found[] {
  const found: Found[] = [];
  for (let rows = 0, end = at; rows < mostRows; rows++) {
    row.lastIndex = end;
    const match = row.exec(text);
    if (match === null) break;
    const { 0: whole, 1: values = '' } = match;
    const start = end + whole.length - 1 - values.length;
    const cells = [...values.matchAll(cellOfRow)].map(({ 0: cell, index, ...groups }) => {
      const value = groups[1] ?? groups[2] ?? groups[3] ?? '';
      const from = start + index + cell.indexOf(value);
      return { start: from, end: from + value.length, value };
    });
    found.push(...cells.filter(({ value }, i) => isSecret(columns[i] ?? '', value)));
    end += whole.length;
  }
  return found;
}

function secretsInLines(text: string, path: string): Found[] {
  if (/\.(?:csv|tsv)$/i.test(path)) return secretsInRows(text, 0, cellOfCsv);
  if (!/\.(?:feature|story)$/.test(path) && !/\|[ \t]*:?-+:?[ \t]*\|/.test(text)) return [];
  return [...text.matchAll(barLines)].flatMap(({ 0: lines, index }) => secretsInRows(lines, index, cellOfBars));
}

/** Finds secrets in lines of cells. The first line has the column names, or each line a name and its value. */
function secretsInRows(text: string, offset: number, cell: RegExp): Found[] {
  let start = offset;
  let columns: string[] | undefined;
  return text.split('\n').flatMap((line) => {
    const cells = cellsOf(line, start, cell);
    start += line.length + 1;
    const values = cells.map(({ value }) => value);
    const names = columns ?? [];
    columns ??= values;
    return cells.filter(
      ({ value }, i) => isSecret(names[i] ?? '', value) || (i === 1 && isSecret(values[0] ?? '', value)),
    );
  });
}

function isSecret(name: string, value: string): boolean {
  return isSecretBeside(strengthOf(name), value, /phrase/i.test(name));
}

function cellsOf(line: string, offset: number, cell: RegExp): Found[] {
  return [...line.matchAll(cell)].map(({ 0: whole, 1: value = '', index }) => {
    const start = offset + index + whole.indexOf(value);
    return { start, end: start + value.length, value };
  });
}
