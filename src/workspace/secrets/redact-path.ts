// Redacts secrets in file and folder names, which have no context: a dump named after a token.

import { findSecrets, redactRanges } from './find.ts';
import { rangesIn, type SecretValues } from './known-values.ts';
import type { Span } from './searched-text.ts';

/** Minimum length of a token, in UTF-16 units. Shorter parts of a name are words, numbers or short hashes. */
const minTokenLength = 16;
/** The same after a word that names a secret: `token.3f9a...`. Hashes and UUIDs count there too. */
const minNamedLength = 12;
const secretWord = /(?:^|[-_.~ @=])(?:token|secret|password|passwd|api[-_]?key|credential|bearer|pat)s?[-_.~ @=]$/i;
/** Maximum number of positions in a name where a token may begin. */
const maxStarts = 8;
/** Size of the cache. Names repeat, because a folder is in every path below it. */
const maxCached = 5000;
const tokenCache = new Map<string, readonly Span[]>();

/** The path without secrets, safe to store and send. Its length and separators do not change. */
export function redactPath(path: string, known: readonly SecretValues[]): string {
  const ranges = rangesIn(path, [], known).flatMap(({ start, end }) => namesInRange(path, start, end));
  let at = 0;
  for (const name of path.split('/')) {
    for (const { start, end } of tokensIn(name)) ranges.push({ start: at + start, end: at + end });
    at += name.length + 1;
  }
  return redactRanges(path, ranges).text;
}

/** The pieces of a range between the separators of the path. */
function namesInRange(path: string, start: number, end: number): Span[] {
  return [...path.slice(start, end).matchAll(/[^/]+/g)].map(({ index, 0: part }) => ({
    start: start + index,
    end: start + index + part.length,
  }));
}

function tokensIn(name: string): readonly Span[] {
  if (name.length < minTokenLength || !mayBeRandom.test(name)) return [];
  let found = tokenCache.get(name);
  if (found === undefined) {
    found = findToken(name);
    if (tokenCache.size >= maxCached) tokenCache.clear();
    tokenCache.set(name, found);
  }
  return found;
}

/** Finds the longest part of a name that would be a secret as the value of a variable `token`. */
function findToken(name: string): Span[] {
  const starts = [0, ...[...name.matchAll(/[-_.~ @=]/g)].map(({ index }) => index + 1)].slice(0, maxStarts);
  const extension = /(?:\.[A-Za-z]{1,5}){1,3}$/.exec(name);
  const ends = extension ? [extension.index, name.length] : [name.length];
  for (const start of starts) {
    const isNamed = secretWord.test(name.slice(0, start));
    for (const end of ends)
      if (isToken(name.slice(start, end), isNamed)) return [{ start: skipWords(name, start, end), end }];
  }
  return [];
}

/** The start of the token without the words before it. */
function skipWords(name: string, start: number, end: number): number {
  const word = /^[A-Za-z]+[-.~ @]/.exec(name.slice(start, end))?.[0];
  return word !== undefined && isToken(name.slice(start + word.length, end))
    ? skipWords(name, start + word.length, end)
    : start;
}

/** A digit, or capitals among small letters as in a token without digits. */
const mayBeRandom = /\d|[A-Z][a-z]+[A-Z]{2}[a-z]|[a-z][A-Z][a-z][A-Z]/;

function isToken(part: string, isNamed = false): boolean {
  // A bundler's suffix is short, so the words before it must not count towards the length.
  const minLength = isNamed ? minNamedLength : minTokenLength;
  if (part.replace(/^(?:[A-Za-z]+[-.~ @])+/, '').length < minLength || !mayBeRandom.test(part)) return false;
  // Hashes of commits or contents and UUIDs are no secrets.
  if (!isNamed && /^(?:[0-9a-f]+|[0-9A-F]+|[\da-f-]{36})(?:\.[A-Za-z]{1,5}){0,3}$/.test(part)) return false;
  const text = `const token = "${part}";\n`;
  const from = text.indexOf(part);
  return findSecrets(text, 'a.ts').some(({ start, end }) => start <= from + 1 && end >= from + part.length - 1);
}
