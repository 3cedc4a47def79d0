// Passwords and tokens in the columns of a table whose first line names them.

import type { Found, Source } from './found.ts';
import { strengthOf } from './names.ts';
import { isPassword, randomness } from './values.ts';

const cell = /"((?:[^"]|"")*)"|([^,;\t\n\r"]*)/y;

export function findTables({ text, path }: Source): Found[] {
  if (!/\.(?:csv|tsv)$/i.test(path)) return [];
  const found: Found[] = [];
  const lines = text.split('\n');
  const secret = cells(lines[0] ?? '').map(({ value }) => strengthOf(value));
  let offset = 0;
  for (const [index, line] of lines.entries()) {
    if (index > 0)
      for (const [column, { start, value }] of cells(line).entries()) {
        const strength = secret[column];
        const counts =
          strength === 'password'
            ? isPassword(value, { literal: true }) || randomness(value) > 0
            : strength === 'token' && randomness(value) > 0;
        if (counts)
          found.push({ start: offset + start, end: offset + start + value.length, value, kind: 'column of a table' });
      }
    offset += line.length + 1;
  }
  return found;
}

function cells(line: string): { readonly start: number; readonly value: string }[] {
  const found: { start: number; value: string }[] = [];
  for (let at = 0; at <= line.length; ) {
    cell.lastIndex = at;
    const match = cell.exec(line);
    if (match === null) break;
    const value = match[1] ?? match[2] ?? '';
    found.push({ start: match.index + (match[1] === undefined ? 0 : 1), value });
    at = cell.lastIndex + 1;
  }
  return found;
}
