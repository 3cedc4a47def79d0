// Patterns of ignore files and of `files.exclude`. Matching takes at most the time of pattern length times path length.
// A folder brings its own patterns, and as regular expressions, some would take exponential time.

/** A token of a name: a character, a test of a character, or '*'. */
type Token = string | ((character: string) => boolean) | typeof any;
const any = Symbol('*');
/** A part of a path: the tokens of a name, or any number of names. */
type Part = readonly Token[] | typeof anyNames;
const anyNames = Symbol('**');

export interface Rule {
  readonly parts: readonly Part[];
  /** The rule includes files again that an earlier rule ignores. */
  readonly negated: boolean;
  readonly foldersOnly: boolean;
}

/** Lines of a `.gitignore`, https://git-scm.com/docs/gitignore. */
export function parseIgnoreFile(text: string): Rule[] {
  return text.split('\n').flatMap((line) => parseLine(line.endsWith('\r') ? line.slice(0, -1) : line) ?? []);
}

function parseLine(line: string): Rule | undefined {
  if (line.startsWith('#')) return undefined;
  // Trailing spaces count only after a backslash.
  let pattern = line.replace(/(?<!\\) +$/, '');
  const negated = pattern.startsWith('!');
  if (negated) pattern = pattern.slice(1);
  const foldersOnly = pattern.endsWith('/');
  if (foldersOnly) pattern = pattern.slice(0, -1);
  if (pattern === '') return undefined;
  const names = pattern.replace(/^\//, '').split('/');
  const parts = partsOf(names, true);
  // A pattern without '/', except at its end, matches a name at any depth.
  return { parts: pattern.includes('/') ? parts : [anyNames, ...parts], negated, foldersOnly };
}

/** Maximum number of patterns that braces expand to. If there are more, '*' replaces the braces. */
const maxExpanded = 200;

/** Parses VS Code's glob, relative to the folder's root. It also matches everything below a match. */
export function parseGlob(glob: string): (readonly Part[])[] {
  const patterns = expand(glob.replace(/^\.?\//, '').replace(/\/$/, ''));
  return patterns.map((pattern) => [...partsOf(pattern.split('/'), false), anyNames]);
}

function partsOf(names: readonly string[], escapes: boolean): Part[] {
  return names.flatMap((name, at): Part[] => {
    if (!/^\*{2,}$/.test(name)) return [tokensOf(name, escapes)];
    // At the end, `**` matches the content of a folder, not the folder itself.
    return at > 0 && at === names.length - 1 ? [anyNames, [any]] : [anyNames];
  });
}

/** Expands braces with commas to all alternatives. */
function expand(glob: string): string[] {
  let expanded = [glob];
  for (;;) {
    const next = expanded.flatMap((pattern) => {
      const braces = /\{([^{}]*)\}/.exec(pattern);
      if (!braces) return [pattern];
      const [before, after] = [pattern.slice(0, braces.index), pattern.slice(braces.index + braces[0].length)];
      return (braces[1] as string).split(',').map((choice) => before + choice + after);
    });
    if (next.length > maxExpanded) return [glob.replace(/\{.*\}/, '*')];
    if (next.length === expanded.length && next.every((pattern, at) => pattern === expanded[at])) return next;
    expanded = next;
  }
}

function tokensOf(name: string, escapes: boolean): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < name.length; at++) {
    const character = name[at] as string;
    if (character === '\\' && escapes && at + 1 < name.length) tokens.push(name[++at] as string);
    else if (character === '*') {
      if (tokens.at(-1) !== any) tokens.push(any);
    } else if (character === '?') tokens.push(() => true);
    else if (character === '[') {
      const set = setAt(name, at, escapes);
      tokens.push(set?.test ?? '[');
      at = set?.end ?? at;
    } else tokens.push(character);
  }
  return tokens;
}

const classes: Readonly<Record<string, RegExp>> = {
  alnum: /[a-z\d]/i,
  alpha: /[a-z]/i,
  blank: /[ \t]/,
  digit: /\d/,
  lower: /[a-z]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /\s/,
  upper: /[A-Z]/,
  word: /\w/,
  xdigit: /[\da-f]/i,
};

/** Parses the set '[...]' at `start`. Undefined if it does not end; the bracket is then an ordinary character. */
function setAt(
  name: string,
  start: number,
  escapes: boolean,
): { readonly test: (character: string) => boolean; readonly end: number } | undefined {
  const negated = name[start + 1] === '!' || name[start + 1] === '^';
  const tests: ((character: string) => boolean)[] = [];
  const first = start + (negated ? 2 : 1);
  let at = first;
  const literal = () => {
    if (escapes && name[at] === '\\' && at + 1 < name.length) at++;
    return name[at++] as string;
  };
  while (at < name.length) {
    if (name[at] === ']' && at > first)
      return { test: (character) => tests.some((test) => test(character)) !== negated, end: at };
    const named = /^\[:(\w+):\]/.exec(name.slice(at, at + 12));
    if (named) {
      const pattern = classes[named[1] as string];
      if (pattern) tests.push((character) => pattern.test(character));
      at += named[0].length;
      continue;
    }
    const low = literal();
    if (name[at] === '-' && at + 1 < name.length && name[at + 1] !== ']') {
      at++;
      const high = literal();
      tests.push((character) => low <= character && character <= high);
    } else tests.push((character) => character === low);
  }
  return undefined;
}

/** @param names the parts of a path, in lower case like the pattern where case does not matter */
export function matches(parts: readonly Part[], names: readonly string[]): boolean {
  return inOrder(
    parts,
    names.length,
    (part) => part === anyNames,
    (part, at) => matchesName(part as readonly Token[], names[at] as string),
  );
}

function matchesName(tokens: readonly Token[], name: string): boolean {
  return inOrder(
    tokens,
    name.length,
    (token) => token === any,
    (token, at) =>
      typeof token === 'string' ? name[at] === token : (token as (c: string) => boolean)(name[at] as string),
  );
}

/**
 * Whether the pattern's items match `length` elements in order, where a wildcard matches any number of elements.
 * Backtracking to the last wildcard is enough: the part before it would not match better later.
 */
function inOrder<T>(
  pattern: readonly T[],
  length: number,
  isWild: (item: T) => boolean,
  matchesOne: (item: T, at: number) => boolean,
): boolean {
  let item = 0;
  let at = 0;
  let wild = -1;
  let resumeAt = 0;
  while (at < length) {
    const current = pattern[item];
    if (current !== undefined && isWild(current)) {
      wild = item++;
      resumeAt = at;
    } else if (current !== undefined && matchesOne(current, at)) {
      item++;
      at++;
    } else if (wild >= 0) {
      item = wild + 1;
      at = ++resumeAt;
    } else return false;
  }
  while (item < pattern.length && isWild(pattern[item] as T)) item++;
  return item === pattern.length;
}
