// Secrets in the names of files and folders, where nothing says that they are any: a dump named after a token.

import { findSecrets, maskRanges } from '../mask.ts';
import { rangesIn, type SecretValues } from './known.ts';

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Shorter parts of a name are words, numbers, or hashes of nothing. UTF-16 units. */
const least = 16;
/** Places in a name where a token may begin. */
const mostStarts = 8;
/** Names repeat: folders in all paths below them. */
const mostKnown = 5000;
const judged = new Map<string, readonly Range[]>();

/** A path as it may be stored and sent: of the same length, its folders still folders. */
export function maskPath(path: string, known: readonly SecretValues[]): string {
  const ranges = rangesIn(path, [], known).flatMap(({ start, end }) => parts(path, start, end));
  let at = 0;
  for (const name of path.split('/')) {
    for (const { start, end } of tokensIn(name)) ranges.push({ start: at + start, end: at + end });
    at += name.length + 1;
  }
  return maskRanges(path, ranges).text;
}

/** The pieces of a range of a path between its separators. */
function parts(path: string, start: number, end: number): Range[] {
  return [...path.slice(start, end).matchAll(/[^/]+/g)].map(({ index, 0: part }) => ({
    start: start + index,
    end: start + index + part.length,
  }));
}

function tokensIn(name: string): readonly Range[] {
  if (name.length < least || !/\d/.test(name)) return [];
  let found = judged.get(name);
  if (found === undefined) {
    found = judge(name);
    if (judged.size >= mostKnown) judged.clear();
    judged.set(name, found);
  }
  return found;
}

/**
 * The longest part of the name, up to its extension or its end, that would be a secret where a value is called a token.
 */
function judge(name: string): Range[] {
  const starts = [0, ...[...name.matchAll(/[-_.~ @=]/g)].map(({ index }) => index + 1)].slice(0, mostStarts);
  const extension = /(?:\.[A-Za-z]{1,5}){1,3}$/.exec(name);
  const ends = extension ? [extension.index, name.length] : [name.length];
  for (const start of starts) {
    for (const end of ends) if (isToken(name.slice(start, end))) return [{ start: pastWords(name, start, end), end }];
  }
  return [];
}

/** Without the words that stand before it. */
function pastWords(name: string, start: number, end: number): number {
  const word = /^[A-Za-z]+[-.~ @]/.exec(name.slice(start, end))?.[0];
  return word !== undefined && isToken(name.slice(start + word.length, end))
    ? pastWords(name, start + word.length, end)
    : start;
}

function isToken(part: string): boolean {
  // What a bundler hangs on a name is short: words before it do not make it a token.
  if (part.replace(/^(?:[A-Za-z]+[-.~ @])+/, '').length < least || !/\d/.test(part) || !/[A-Za-z]/.test(part))
    return false;
  // Names of commits, of contents and of rows are no secrets.
  if (/^(?:[0-9a-f]+|[0-9A-F]+|[\da-f-]{36})(?:\.[A-Za-z]{1,5}){0,3}$/.test(part)) return false;
  const text = `const token = "${part}";\n`;
  const from = text.indexOf(part);
  return findSecrets(text, 'a.ts').some(({ start, end }) => start <= from + 1 && end >= from + part.length - 1);
}
