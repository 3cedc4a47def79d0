// Finds values in a container named after secrets: `passwords: { joe: ... }`, `[secrets]`, `tokens:` with a list, and
// every value of a Kubernetes Secret.

import { indentLength } from '../../text/indents.ts';
import { isExpression } from './candidates.ts';
import { type Strength, strengthOf } from './names.ts';
import { lineStartOf } from './read-value.ts';
import type { Found, SearchedText } from './searched-text.ts';
import { isNoWord, isPassword, isPlaceholder, isPublic, randomness } from './values.ts';

const headerPattern =
  /(?:secrets|passwords|passwds|pwds|passphrases|credentials|creds|tokens|(?<=[a-z_-])keys)["'`]?\s{0,4}(?::=|=>|[:=])\s{0,4}(?:[A-Za-z][\w.<>[\], ]{0,30})?([{[(]|\r?\n)/gi;
const sectionPattern = /^[ \t]*\[([\w. "-]{0,40}(?:secrets?|passwords?|credentials?|tokens?))\][ \t]*\r?\n/gim;
const entryPattern =
  /(?:["'`]?([\w.-]{1,60})["'`]?[ \t]*(?::|=>?)[ \t]*|^[ \t]*-[ \t]+|[[({,][ \t]*|^[ \t]*)(?:["'`]([^"'`\n]{6,200})["'`]|([^\s"'`,;{}[\]#]{6,200})(?=[ \t]*(?:#|$)))(?!["'`]?[ \t]*[:])/gm;
const maxBodyLength = 6000;

export function findContainers({ text }: SearchedText): Found[] {
  const found: Found[] = [];
  let searchedUntil = 0;
  for (const match of text.matchAll(headerPattern)) {
    if (match.index < searchedUntil) continue;
    let from = match.index;
    while (from > 0 && match.index - from < 40 && /[\w.-]/.test(text[from - 1] as string)) from--;
    const name = /^[\w.-]+/.exec(text.slice(from, match.index + 20))?.[0] ?? '';
    const start = match.index + match[0].length;
    const body = namesSecrets(name) ? bodyAt(text, match.index, start, match[1] ?? '') : '';
    found.push(...entriesIn(body, start, strengthOf(name)));
    searchedUntil = start + body.length;
  }
  if (text.includes('\n[') || text.startsWith('['))
    for (const match of text.matchAll(sectionPattern)) {
      const name = match[1]?.replace(/^.*[. "]/, '') ?? '';
      const start = match.index + match[0].length;
      if (namesSecrets(name)) found.push(...entriesIn(sectionAt(text, start), start, strengthOf(name)));
    }
  return found;
}

function namesSecrets(name: string): boolean {
  const strength = strengthOf(name);
  return strength === 'password' || strength === 'token';
}

function entriesIn(body: string, start: number, strength: Strength): Found[] {
  const found: Found[] = [];
  for (const item of body.matchAll(entryPattern)) {
    const value = item[2] ?? item[3] ?? '';
    if (item[1] !== undefined && strengthOf(item[1]) === 'not-secret') continue;
    if (isPublic(value) || (item[3] !== undefined && isExpression(value))) continue;
    const isUnusualPassword = isPassword(value, { literal: true }) && isNoWord(value);
    if (randomness(value) === 0 && !(strength === 'password' && isUnusualPassword)) continue;
    const at = start + item.index + item[0].lastIndexOf(value);
    found.push({ start: at, end: at + value.length, value });
  }
  return found;
}

/** The text up to the next section of an INI or TOML file. */
function sectionAt(text: string, start: number): string {
  const body = text.slice(start, start + maxBodyLength);
  const end = body.search(/^[ \t]*\[/m);
  return end === -1 ? body : body.slice(0, end);
}

/** The text up to the closing bracket, or the lines that are indented deeper than the header. */
function bodyAt(text: string, headerStart: number, start: number, opening: string): string {
  const body = text.slice(start, start + maxBodyLength);
  if (/[{[(]/.test(opening)) {
    let depth = 1;
    for (let i = 0; i < body.length; i++) {
      const unit = body[i] as string;
      if ('{[('.includes(unit)) depth++;
      else if ('}])'.includes(unit) && --depth === 0) return body.slice(0, i);
    }
    return body;
  }
  const lineStart = lineStartOf(text, headerStart);
  const indent = /^[ \t]*(?:- )?/.exec(text.slice(lineStart, headerStart))?.[0].length ?? 0;
  let end = 0;
  for (const line of body.split('\n')) {
    const depth = indentLength(line);
    if (line.trim() !== '' && depth <= indent && !(depth === indent && /^\s*- /.test(line))) break;
    end += line.length + 1;
  }
  return body.slice(0, end);
}

const secretKind = /\bkind["']?\s*:\s*["']?(?:Sealed)?Secret\b/;
const dataSection = /^([ \t]*)["']?(?:data|stringData)["']?\s*:\s*(?:\{\s*)?$/gm;
/** A value after its name, or a line of a block scalar. */
const dataValue =
  /^[ \t]*(?:["']?[\w.-]+["']?\s*:[ \t]*)?["']?(?![|>][-+\d]*[ \t]*$)([^\s"'](?:(?:(?![ \t]#)[^"'\n])*[^\s"',])?)["']?,?[ \t]*(?:[ \t]#[^\n]*)?$/gm;

export function findKubernetes({ text }: SearchedText): Found[] {
  if (!text.includes('Secret') || !secretKind.test(text)) return [];
  const found: Found[] = [];
  // Lines of dashes separate the objects of a file.
  let start = 0;
  for (const part of text.split(/^(?=---)/m)) {
    if (secretKind.test(part))
      for (const item of valuesOf(part)) found.push({ ...item, start: item.start + start, end: item.end + start });
    start += part.length;
  }
  return found;
}

function valuesOf(part: string): Found[] {
  return [...part.matchAll(dataSection)].flatMap((match) => {
    const start = match.index + match[0].length + 1;
    const body = bodyAt(part, match.index + (match[1]?.length ?? 0), start, match[0].includes('{') ? '{' : '');
    return [...body.matchAll(dataValue)].flatMap((line): Found[] => {
      const value = line[1] ?? '';
      const at = start + line.index + line[0].lastIndexOf(value);
      return value.length < 4 || isPlaceholder(value) ? [] : [{ start: at, end: at + value.length, value }];
    });
  });
}
