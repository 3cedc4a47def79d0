// Finds passwords in URLs that code joins from pieces or fills in: `"ftp://" + user + ":" + "x" + "@"`,
// `f"ftp://{user}:x@{host}"`, `format("ftp://%s:%s@h", user, "x")`, `url += "x"`.

import { matchAt } from '../../text/match-at.ts';
import { expression } from './expressions.ts';
import { isChosen, isRandom } from './judges.ts';
import type { Found, SearchedText } from './searched-text.ts';

/** A character of a joined URL, or a hole: a variable or an inserted value. */
interface Unit {
  readonly character: string;
  /** Offset in the text. */
  readonly at: number;
  /** Of the hole: the name of its variable, or its number among the arguments. */
  readonly name?: string | number;
}

/** The character of a hole. */
const hole = '\0';
const maxUnits = 300;
const maxPieces = 12;
const maxArguments = 10;

/** What a literal inserts: `${x}`, `#{x}`, `{x}`, `{{ x }}`, `\(x)`, `%(x)s`, `%s`, `%2$s`, `$x`. */
const inserted = expression('insertion in a literal', 'y');
/** Code between two literals of a joined text, up to the quote. */
const glue = /(?:[\w$@.:?&|+,<>()[\]*!~\\-]|[^\S\n]|\r?\n(?=\s*(?:[+.&|<"'`]|\w+\("))){0,120}["'`]/y;
/** The next statement adds to the URL. */
const addition = expression('statement that adds to a text', 'y');
const joiner = expression('call that joins a text');
const joinedLater = /["'`]\.concat\(|\]\)?\.join\(/;
/** What stands between a format and its arguments. */
const beforeArguments = /\)?\s*(?:,|%(?=\s*[([{"'])|-f\b|\.format(?:ted)?\(|\.substitute\(|(?=["'$]))\s*[[(]?/y;
const argument = expression('argument of a format', 'y');
const userAndPassword = /^:\/\/([^\s:@/?#]{0,100}):([^\s/@?#]{1,200})@/;
const userAlone = /^:\/\/([\w.~%+-]{16,200})@\0/;

export function findUrlPieces({ text }: SearchedText): Found[] {
  const found: Found[] = [];
  for (let start = text.indexOf('://'); start >= 0; start = text.indexOf('://', start + 3)) {
    if (!/[\w}]/.test(text[start - 1] ?? '')) continue;
    const units = unitsOf(text, start);
    const url = units.map(({ character }) => character).join('');
    const [, user, password] = userAndPassword.exec(url) ?? [];
    const secret = password ?? userAlone.exec(url)?.[1] ?? '';
    // A mix of a hole and letters says nothing.
    if (secret.includes(hole) && secret !== hole) continue;
    const secretAt = password === undefined ? 3 : 4 + (user ?? '').length;
    const { name } = units[secretAt] ?? {};
    // A hole is judged by the literal that its variable or argument holds.
    const ranges =
      name === undefined ? runsOf(units.slice(secretAt, secretAt + secret.length)) : heldValue(text, start, name);
    const value = ranges.map(([from, to]) => text.slice(from, to)).join('');
    const isSecret = password === undefined ? isRandom(value) : value !== user && isChosen(value);
    if (isSecret) for (const [from, to] of ranges) found.push({ start: from, end: to, value });
  }
  return found;
}

/** The URL from `://` to its host: literals are joined, everything else is a hole. */
function unitsOf(text: string, start: number): Unit[] {
  const units: Unit[] = [...text.slice(start, start + 3)].map((character, i) => ({ character, at: start + i }));
  // Arguments are counted from the begin of the literal.
  const literal = /(?<![^"'`\s])[^"'`\s]*$/.exec(text.slice(Math.max(0, start - 60), start))?.[0] ?? '';
  let holes = [...literal.matchAll(/%s|\{\}/g)].length;
  let pieces = 0;
  for (let at = start + 3; at < text.length && units.length < maxUnits; ) {
    const character = text[at] as string;
    const [whole, name, named, number, variable] = matchAt(inserted, text, at) ?? [];
    if (whole !== undefined) {
      const given = name || named || variable || (number === undefined ? holes++ : Number(number) - 1);
      const isNumber = typeof given === 'string' && /^\d$/.test(given);
      units.push({ character: hole, at, name: isNumber ? Number(given) : given });
      at += whole.length;
    } else if (/["'`]/.test(character)) {
      const next = ++pieces < maxPieces ? nextLiteral(text, at + 1, start) : undefined;
      if (next === undefined) break;
      if (next.variable !== undefined) units.push({ character: hole, at, name: next.variable });
      at = next.at;
    } else if (/[\s<>/]/.test(character) || units.at(-1)?.character === '@') break;
    else units.push({ character, at: at++ });
  }
  return units;
}

/** The next literal of the same text, and the variable before it. */
function nextLiteral(text: string, from: number, start: number): { at: number; variable?: string } | undefined {
  const code = matchAt(glue, text, from)?.[0];
  if (code === undefined) {
    const added = matchAt(addition, text, from);
    const isSame = added !== null && text.slice(Math.max(0, start - 80), start).includes(added[1] as string);
    return isSame ? { at: addition.lastIndex } : undefined;
  }
  const before = text.slice(Math.max(0, start - 60), start);
  if (code.includes(',') && !joiner.test(before) && !joinedLater.test(text.slice(start, start + 300))) return undefined;
  // The names of calls, and the letters before a quote, are no variables.
  const variable = /[A-Za-z_][\w.]*/.exec(code.replace(/(?<![\w.!])[\w.!]+\(\)?|\b[bfrsu]?["'`]$/g, ''))?.[0];
  return { at: glue.lastIndex, ...(variable !== undefined && { variable }) };
}

/** The literal that an argument or a variable holds. */
function heldValue(text: string, start: number, name: string | number): readonly (readonly [number, number])[] {
  const { index: quote = maxUnits } = /["'`]/.exec(text.slice(start, start + maxUnits - 1)) ?? {};
  if (quote < maxUnits && matchAt(beforeArguments, text, start + quote + 1) !== null) {
    argument.lastIndex = beforeArguments.lastIndex;
    for (let i = 0; i < maxArguments; i++) {
      const match = argument.exec(text);
      if (match === null) break;
      const [whole, named, , value] = match;
      const at = match.index + whole.lastIndexOf(value ?? '');
      if (value !== undefined && (named ?? i) === name) return [[at, at + value.length]];
    }
  }
  if (typeof name === 'number' || name === '') return [];
  const escaped = name.replace(/\W/g, '\\$&');
  const assigned = new RegExp(
    `(?<![\\w.])${escaped}["']?(?:: ?\\w{1,20})? ?(?::=|=|:) ?["'\`]([^"'\`\\n]{3,200})["'\`]`,
  );
  const match = assigned.exec(text);
  if (match === null) return [];
  const end = match.index + match[0].length - 1;
  return [[end - (match[1] as string).length, end]];
}

/** The offsets of consecutive units. */
function runsOf(units: readonly Unit[]): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (const { at } of units) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === at) last[1]++;
    else runs.push([at, at + 1]);
  }
  return runs;
}
