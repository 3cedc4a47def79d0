// Finds secrets in the columns of tables, by the names in the first line: CSV, Markdown, Gherkin.
import { strengthOf } from './names.ts';
import type { Found, SearchedText } from './searched-text.ts';
import { isSecretBeside } from './values.ts';

/** A cell is the first group. In CSV it may be quoted; in Markdown, emphasis and code marks surround it. */
const cellOfCsv = /(?<=^|[,;\t])"?((?<=")(?:[^"]|"")*|(?<!")[^,;\t\r"]*)/g;
const cellOfBars = /(?<=\|)[ \t`*_]{0,80}((?:[^|\s`*_](?:[^|]*[^|\s`*_])?)?)[ \t`*_]*(?=\|)/g;
/** Consecutive lines between bars. */
const barLines = /(?:^[ \t]*\|[^\n]*\|[ \t]*\r?(?:\n|$)){2,200}/gm;

export function findTables({ text, path }: SearchedText): Found[] {
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
