// Finds secrets that code joins from pieces: literals in a call, variables, elements of a list, or `x += "..."`.

import { skip } from '../../text/match-at.ts';
import { contextOf } from './context.ts';
import { expression, sourceOf } from './expressions.ts';
import { strengthOf } from './names.ts';
import { tokenIn } from './random-looking.ts';
import type { Found, SearchedText, Span, Strength } from './searched-text.ts';
import { isSecretBeside } from './values.ts';

/** Maximum number of joins examined in a file, and of pieces of a secret. */
const maxJoins = 50;
const maxPieces = 12;

export function findPieces({ text }: SearchedText): Found[] {
  const joins = [...joinedLiterals(text), ...joinedVariables(text)];
  return joins.slice(0, maxJoins).flatMap(({ pieces, strength }) => {
    const value = pieces.map(({ start, end }) => text.slice(start, end)).join('');
    if (pieces.length < 2 || !isSecret(value, strength)) return [];
    return pieces.map(({ start, end }) => ({ start, end, value }));
  });
}

interface Join {
  /** The literals, without their quotes. */
  readonly pieces: readonly Span[];
  readonly strength: Strength;
}

function isSecret(value: string, strength: Strength): boolean {
  return isSecretBeside(strength, value) || tokenIn(value, 0, value.length)?.start === 0;
}

/** Calls that join the literals behind them, or those before them. */
const joinsNext = expression('call that joins the literals behind it', 'g');
const joinsPrevious = /["'`]\)?(?:\.(?:append|concat|push_str)\([ ]?(?=["'`])|,?\s{0,20}\]\)?\.(?:join|concat)\()/g;
const betweenLiterals = /\)?(?:\s{0,20},\s{0,20}|\.(?:append|concat|push_str)\([ ]?)(?=["'`])/y;

function* joinedLiterals(text: string): Generator<Join> {
  if (!/join|concat|sprintf|builder|append|push_str/i.test(text)) return;
  for (const match of text.matchAll(joinsNext)) {
    const pieces = literalsAfter(text, match.index + match[0].length);
    if (pieces.length > 1) yield { pieces, strength: contextOf(text, match.index) };
  }
  let last = -1;
  for (const { index } of text.matchAll(joinsPrevious)) {
    const start = startOfLiterals(text, index + 1);
    if (start === undefined || start === last) continue;
    last = start;
    yield { pieces: literalsAfter(text, start), strength: contextOf(text, start) };
  }
}

function literalsAfter(text: string, from: number): Span[] {
  const pieces: Span[] = [];
  for (let at = from; pieces.length < maxPieces; ) {
    const end = text.indexOf(text[at] as string, at + 1);
    if (end < 0 || end - at > 400) break;
    pieces.push({ start: at + 1, end });
    at = skip(betweenLiterals, text, end + 1);
    if (at === end + 1) break;
  }
  return pieces;
}

/** Where the list of literals begins whose last one ends at `end`, quotes included. */
function startOfLiterals(text: string, end: number): number | undefined {
  let start: number | undefined;
  for (let at = end, i = 0; i < maxPieces; i++) {
    const quote = text[at - 1] as string;
    const open = text.lastIndexOf(quote, at - 2);
    if (open < 0 || at - open > 400 || text.slice(open, at).includes('\n')) return start;
    start = open;
    const gap = /["'`]\s{0,20},\s{0,20}$/.exec(text.slice(Math.max(0, open - 44), open));
    if (gap === null) return start;
    at = open - gap[0].length + 1;
  }
  return start;
}

/** The name begins with a keyword, which keeps the search fast. `strengthOf` judges the whole name. */
const sumPattern = expression('secret joined from variables', 'g');
/** `token += "..."`, `TOKEN="${TOKEN}..."`. */
const additionPattern = expression('literal added to a secret', 'g');
/** What an assignment has after its name: a literal, the bracket before a list of literals, or a word of a shell. */
const assigned = sourceOf(['«literals»']);

/** `apiKey = a + b`, `apiKey = parts.join('')`, where the file assigns literals to the variables. */
function* joinedVariables(text: string): Generator<Join> {
  const sums = [...matchesWithName(text, sumPattern), ...matchesWithName(text, additionPattern)].slice(0, maxJoins);
  const literals = literalsOf(
    text,
    sums.flatMap(({ variables }) => variables),
  );
  for (const { match, strength, variables } of sums) {
    const pieces = variables.map((name) => literals.get(name));
    if (pieces.some((piece) => piece === undefined)) continue;
    const { rest } = match.groups as Readonly<Record<string, string | undefined>>;
    const end = match.index + match[0].length - 1;
    const last = rest === undefined ? [] : [{ start: end - rest.length, end }];
    yield { pieces: [...pieces.flatMap((piece) => piece ?? []), ...last], strength };
  }
}

interface NamedMatch {
  readonly match: RegExpExecArray;
  readonly strength: Strength;
  /** The variables whose literals come first. */
  readonly variables: readonly string[];
}

function matchesWithName(text: string, pattern: RegExp): NamedMatch[] {
  return [...text.matchAll(pattern)].flatMap((match) => {
    const before = /[\w$-]{0,40}$/.exec(text.slice(Math.max(0, match.index - 40), match.index))?.[0] ?? '';
    const { name = '', parts, filled, rest } = match.groups as Readonly<Record<string, string | undefined>>;
    const strength = strengthOf(before + name);
    if (!['password', 'token', 'weak'].includes(strength)) return [];
    const variables = (rest === undefined ? (parts ?? filled) : before + name)?.match(/[A-Za-z_]\w*/g) ?? [];
    return [{ match, strength, variables: variables.filter((part) => part !== 'join') }];
  });
}

function literalsOf(text: string, variables: readonly string[]): Map<string, readonly Span[]> {
  const literals = new Map<string, readonly Span[]>();
  if (variables.length === 0) return literals;
  const pattern = new RegExp(`(?<![\\w$])(${[...new Set(variables)].join('|')})${assigned}`, 'gm');
  for (const match of text.matchAll(pattern)) {
    const [whole, name = '', quoted, bare] = match;
    const end = match.index + whole.length - (quoted === undefined ? 0 : 1);
    const value = quoted ?? bare;
    literals.set(name, value === undefined ? literalsAfter(text, end) : [{ start: end - value.length, end }]);
  }
  return literals;
}
