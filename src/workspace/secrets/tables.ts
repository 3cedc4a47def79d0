// Finds secrets in the columns of tables, by the names above them: CSV, Markdown, Gherkin, and the tuples of an INSERT.
import { strengthOf } from './names.ts';
import type { Found, SearchedText } from './searched-text.ts';
import { isSecretBeside } from './values.ts';

/** A cell is the first group. In CSV it may be quoted; in Markdown, emphasis and code marks surround it. */
const cellOfCsv = /(?<=^|[,;\t])"?((?<=")(?:[^"]|"")*|(?<!")[^,;\t\r"]*)/g;
const cellOfBars = /(?<=\|)[ \t`*_]{0,80}((?:[^|\s`*_](?:[^|]*[^|\s`*_])?)?)[ \t`*_]*(?=\|)/g;
/** Consecutive lines between bars. */
const barLines = /(?:^[ \t]*\|[^\n]*\|[ \t]*\r?(?:\n|$)){2,200}/gm;

const insert = new RegExp(
  String.raw`\b(?:INSERT|REPLACE)\s+INTO\s+[\w."\x60[\]]+\s*\((?<names>[^()]{1,500})\)\s*VALUES\s*` +
    String.raw`(?<tuples>(?:\((?:'[^']*'|[^()']){1,2000}\)\s*,?\s*){1,200})`,
  'gi',
);
const tuple = /(?<=\()(?:'[^']*'|[^()'])*(?=\))/g;
const cellOfTuple = /(?<=^|,)\s*(?:[NE]?'((?:[^']|'')*)'|"[^"]*"|[^,'"]*)\s*(?=,|$)/g;

export function findTables({ text, path }: SearchedText): Found[] {
  if (/\.(?:csv|tsv)$/i.test(path)) return secretsInRows(text, 0, cellOfCsv);
  const found = /\b(?:INSERT|REPLACE)\s/i.test(text) ? [...text.matchAll(insert)].flatMap(secretsInTuples) : [];
  if (/\.(?:feature|story)$/.test(path) || /\|[ \t]*:?-+:?[ \t]*\|/.test(text))
    for (const { 0: lines, index } of text.matchAll(barLines)) found.push(...secretsInRows(lines, index, cellOfBars));
  return found;
}

function secretsInTuples({ 0: statement, index, groups }: RegExpExecArray): Found[] {
  const { names = '', tuples = '' } = groups ?? {};
  const start = index + statement.length - tuples.length;
  return [...tuples.matchAll(tuple)].flatMap(({ 0: values, index: at }) =>
    cellsOf(values, start + at, cellOfTuple).filter(({ value }, i) => isSecret(names.split(',')[i] ?? '', value)),
  );
}

/**
 * Finds secrets in lines of cells; a quoted cell over several lines is none. The first line has the column names, or
 * each line a name and its value.
 */
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
