// Finds secrets that look random: values with a provider's token prefix, and values beside the name of a secret.

import { bitsPerCharacter } from '../../text/letter-pairs.ts';
import { contextAfter, contextOf, hasComment, isSaidSecret } from './context.ts';
import { expression } from './expressions.ts';
import { lineStartOf, readQuoted } from './read-value.ts';
import type { Found, SearchedText } from './searched-text.ts';
import tokensJson from './tokens.json' with { type: 'json' };
import { isPatterned, isPlaceholder, isPublic, isUuid, randomness } from './values.ts';

/** A run of token characters, long enough for a token. `=` occurs only at the end. V8 has no stack for endless runs. */
const tokenRun = /[\w+/.~$-]{10,100000}={0,2}/g;

/** `'ghp_' + '...'`: a literal that contains only the prefix of a token. */
const prefixLiteral = /["'`][A-Za-z][\w.-]{2,8}["'`](?=[ \t]{0,8}\\?\r?\n?\s{0,40}[+.&])/g;

/**
 * A provider's tokens, as its documentation describes them:
 * - prefixes: separated by spaces;
 * - rest: the text after the prefix, as a pattern without flags or as a name of `runs` with a minimum length;
 * - certain: prefix and form suffice, so the rest need not look random.
 */
type Row = readonly [kind: string, prefixes: string, rest: string, certain?: string];

/** Names of patterns in tokens.json. */
const runs: Readonly<Record<string, (least: string) => string>> = {
  any: (least) => `[\\w-]{${least},400}`,
  alnum: (least) => `[A-Za-z\\d]{${least},400}`,
  hex: (least) => `[\\da-fA-F]{${least},400}`,
  base64: (least) => `[\\w+/-]{${least},2000}={0,2}`,
  dotted: (least) => `[\\w.-]{${least},600}`,
};

/** @param rest 'any 20' or the like, or a pattern, which is returned unchanged */
function patternOf(rest: string): string {
  const [name = '', least = ''] = rest.split(' ');
  return runs[name]?.(least) ?? rest;
}

/** One row for each prefix. */
export const tokenRows = Object.values(tokensJson as Readonly<Record<string, string[][]>>)
  .flatMap((rows) => rows as unknown as readonly Row[])
  .flatMap(([, prefixes, rest, certain]) =>
    prefixes.split(' ').map((prefix) => ({ prefix, rest: patternOf(rest), certain: certain !== undefined })),
  );

/** Tokens known by a marker inside. The pattern must match a whole run of token characters that looks random. */
const markers: readonly RegExp[] = [
  // Azure, Terraform Cloud, Discord, MaxMind, Mailchimp.
  /^[\w~.-]{3}\dQ~[\w~.-]{30,36}$/,
  /^[A-Za-z\d]{14}\.atlasv1\.[\w-]{40,80}$/,
  /^[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,40}$/,
  /^[A-Za-z\d]{6}_[A-Za-z\d]{29}_mmk$/,
  /^[\da-f]{32}-us\d{1,2}$/,
  // Unlisted services: a lower-case prefix, then at least 28 characters of both cases with digits.
  expression('token of an unlisted service'),
  // Hexadecimal digits after a prefix that does not name a hash or an identifier.
  expression('hexadecimal token of an unlisted service'),
];

interface TokenPrefix {
  readonly prefix: string;
  readonly rest: RegExp;
  readonly certain: boolean;
}

/** Prefixes by their first two characters, longest prefix first. */
const prefixTable = new Map<number, TokenPrefix[]>();
for (const { prefix, rest, certain } of tokenRows) {
  const key = prefix.charCodeAt(0) * 65_536 + prefix.charCodeAt(1);
  const list = prefixTable.get(key) ?? [];
  list.push({ prefix, rest: new RegExp(rest, 'y'), certain });
  list.sort((a, b) => b.prefix.length - a.prefix.length);
  prefixTable.set(key, list);
}

export function findRandom(source: SearchedText): Found[] {
  const { text } = source;
  const found: Found[] = [];
  tokenRun.lastIndex = 0;
  for (let match = tokenRun.exec(text); match !== null; match = tokenRun.exec(text)) {
    const start = skipEscape(text, match.index);
    const end = match.index + match[0].length;
    const token = tokenIn(text, start, end);
    if (token !== undefined) tokenRun.lastIndex = Math.max(token.end, match.index + 1);
    const item = token ?? secretBesideName(source, start, end);
    if (item !== undefined) found.push(item);
    if (startsWithPrefix(text, start) && isQuoted(text, match.index, end)) found.push(...tokenInPieces(text, start));
  }
  for (const { index } of text.matchAll(prefixLiteral))
    if (startsWithPrefix(text, index + 1)) found.push(...tokenInPieces(text, index + 1));
  return found;
}

/** `\nghp_...`, `%3Dghp_...`: skips an escape before a token. */
function skipEscape(text: string, start: number): number {
  const before = text[start - 1];
  if (before === '\\' && /[nrt]/.test(text[start] ?? '')) return start + 1;
  if (before === '%' && /^[\dA-Fa-f]{2}/.test(text.slice(start, start + 2))) return start + 2;
  return start;
}

export function tokenIn(text: string, start: number, end: number): Found | undefined {
  let at = start;
  while (at < end - 8) {
    const list = prefixTable.get(text.charCodeAt(at) * 65_536 + text.charCodeAt(at + 1));
    for (const { prefix, rest, certain } of list ?? []) {
      if (!text.startsWith(prefix, at)) continue;
      rest.lastIndex = at + prefix.length;
      if (!rest.test(text)) continue;
      const value = text.slice(at, rest.lastIndex).replace(/(?<![.-])[.-]+$/, '');
      if (certain || looksReal(value.slice(prefix.length), prefix)) return { start: at, end: at + value.length, value };
    }
    // Inside a run, a token can begin only after a separator. In Base64, `+` and `/` are not separators.
    const isLong = end - at > 300;
    do at++;
    while (at < end - 8 && !isSeparator(text.charCodeAt(at - 1), isLong));
  }
  return undefined;
}

/** Whether the unit separates parts: . ~ $ and, in short runs, + / (long runs may be Base64). */
function isSeparator(unit: number, isLong: boolean): boolean {
  return unit === 46 || unit === 126 || unit === 36 || (!isLong && (unit === 43 || unit === 47));
}

function startsWithPrefix(text: string, at: number): boolean {
  const list = prefixTable.get(text.charCodeAt(at) * 65_536 + text.charCodeAt(at + 1));
  return list?.some(({ prefix }) => prefix.length >= 3 && text.startsWith(prefix, at)) ?? false;
}

function isQuoted(text: string, start: number, end: number): boolean {
  return /["'`]/.test(text[start - 1] ?? '') && /["'`\\]/.test(text[end] ?? '');
}

/** A token that begins in the literal at `start` and continues in the literals joined to it. */
function tokenInPieces(text: string, start: number): Found[] {
  const value = readQuoted(text, start - 1);
  if (value === undefined || value.pieces.length < 2) return [];
  const whole = tokenIn(value.text, 0, value.text.length);
  if (whole?.start !== 0) return [];
  return value.pieces.map(([from, to]) => ({ start: from, end: to, value: value.text }));
}

/** Token prefixes that ordinary names in code begin with too. */
const commonPrefix = expression('prefix of tokens and of names in code');

/** Rejects 'xxxxxxxx', 'your-token-here', 'EXAMPLE', 'some_identifier_of_code'. */
function looksReal(rest: string, prefix: string): boolean {
  if (isPlaceholder(rest)) return false;
  if (commonPrefix.test(prefix)) return randomness(rest) > 0;
  return (
    randomness(rest) > 0 ||
    (/^[\da-f.-]{16,}$/i.test(rest) && /\d/.test(rest) && !isPatterned(rest)) ||
    (rest.length >= 10 &&
      /\d/.test(rest) &&
      bitsPerCharacter(rest) >= 3.9 &&
      !isPatterned(rest) &&
      !/[a-z]{3}[_-][a-z]{3}/.test(rest)) ||
    // Only letters, but too many and too unlikely for a name.
    (/^(?=.*[a-z][A-Z]+[a-z])[A-Za-z]{16,}$/.test(rest) && bitsPerCharacter(rest) >= 4.7 && !isPatterned(rest))
  );
}

/** A random-looking run beside a name that marks it as a secret. */
function secretBesideName(source: SearchedText, start: number, end: number): Found | undefined {
  const { text } = source;
  let from = start;
  let to = end;
  while (isEdge(text.charCodeAt(from))) from++;
  while (to > from && isEdge(text.charCodeAt(to - 1))) to--;
  if (to - from > 4000) return undefined;
  const value = text.slice(from, to);
  if (isDefinedName(text, from)) return undefined;
  const level = randomness(value);
  if (level === 0 || isDataOrLink(text, from)) return undefined;
  if (markers.some((marker) => marker.test(value))) return { start: from, end: to, value };
  // A UUID in a path or in a table's row is an identifier.
  if (isUuid(value) && /[/|]\s?$/.test(text.slice(Math.max(0, from - 2), from))) return undefined;
  if (isPublic(value) || isFingerprint(text, from, value)) return undefined;
  const before = contextOf(text, from);
  const context = before === 'unknown' || before === 'not-secret' ? contextAfter(text, to, before) : before;
  const isSecret =
    context === 'password' ||
    (context === 'token' && !isPasswordHash(text, from)) ||
    (context !== 'not-secret' && value.length >= 15 && isLoose(source, from) && isSaidSecret(text, from, to)) ||
    (context === 'weak' && level === 2 && !isUuid(value) && (value.length >= 24 || bitsPerCharacter(value) >= 5));
  return isSecret ? { start: from, end: to, value } : undefined;
}

/** Whether the value is in a sentence, a comment, a log or a command, where a value needs no assignment. */
function isLoose({ text, path, isProse }: SearchedText, at: number): boolean {
  return (
    isProse ||
    /\.(?:log|sh|bash|zsh|fish|ps1|bat|cmd)$|(?:Docker|Make)file$/i.test(path) ||
    hasComment(text.slice(lineStartOf(text, at), at))
  );
}

/** Whether the value is a password hash: `$6$salt$...`. */
function isPasswordHash(text: string, at: number): boolean {
  return /^\$?\w{1,3}\$/.test(text.slice(text[at - 1] === '$' ? at - 1 : at, at + 5));
}

/** . ~ $ - / */
function isEdge(unit: number): boolean {
  return unit === 46 || unit === 126 || unit === 36 || unit === 45 || unit === 47;
}

/** Whether the run is the name in `#define NAME`. */
function isDefinedName(text: string, start: number): boolean {
  return /#[ \t]{0,8}define[ \t]{1,8}$/.test(text.slice(Math.max(0, start - 24), start));
}

/** Whether the value is a PGP fingerprint: 40 or 16 hexadecimal digits in capitals near a word for it. */
function isFingerprint(text: string, start: number, value: string): boolean {
  if (!/^(?:0x)?(?:[\dA-F]{40}|[\dA-F]{16})$/.test(value)) return false;
  return /pgp|gpg|key-?server|recv-?keys?|fingerprint|apt[_-]key|signing-?key(?!\s*(?:secret|password))|\[SC\]/i.test(
    text.slice(Math.max(0, start - 200), start + 200),
  );
}

/** Whether the value is in a data URL, a lockfile hash or a link. */
function isDataOrLink(text: string, start: number): boolean {
  const before = text.slice(Math.max(0, start - 24), start);
  return /base64,$|sha\d*[-:=]+$|#$|\/\/[\w.-]*$|@$|\bv$/.test(before);
}
