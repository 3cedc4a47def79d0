// Patterns of ignore files and of `files.exclude`. Matching takes at most the time of pattern length times path length.
// A folder brings its own patterns, and the libraries that make expressions of them take exponential time: picomatch
// 4.0.7 matches `*a` eight times over against sixty letters in 75 s, and ignore 7.0.17 `**/a/` eight times over against
// sixty folders in more than 90 s.

/** A token of a name: a character, a test of a character, or '*'. */
type Token = string | ((character: string) => boolean) | typeof anyCharacters;
const anyCharacters = Symbol('*');
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
  let pattern = line.replace(/(?:(?<![\\ ])|(?<=\\ )) +$/, '');
  const negated = pattern.startsWith('!');
  if (negated) pattern = pattern.slice(1);
  const foldersOnly = pattern.endsWith('/');
  if (foldersOnly) pattern = pattern.slice(0, -1);
  if (pattern === '') return undefined;
  const parts = partsOf(namesIn(pattern.replace(/^\//, ''), true), true);
  // A pattern without '/', except at its end, matches a name at any depth.
  return { parts: pattern.includes('/') ? parts : [anyNames, ...parts], negated, foldersOnly };
}

/** Maximum number of patterns that braces expand to. If there are more, '*' replaces the braces. */
const maxExpanded = 200;

/** Parses VS Code's glob, relative to the folder's root. It also matches everything below a match. */
export function parseGlob(glob: string): (readonly Part[])[] {
  const patterns = expand(glob.replace(/^\.?\//, '').replace(/\/$/, ''));
  return patterns.map((pattern) => [...partsOf(namesIn(pattern, false), false), anyNames]);
}

/** The names between slashes. A slash in a set separates none, and the set never matches it. */
function namesIn(pattern: string, hasEscapes: boolean): string[] {
  const names: string[] = [];
  let start = 0;
  for (let index = 0; index < pattern.length; index++) {
    if (pattern[index] === '\\' && hasEscapes) index++;
    else if (pattern[index] === '[') index = characterSetAt(pattern, index, hasEscapes)?.end ?? index;
    else if (pattern[index] === '/') {
      names.push(pattern.slice(start, index));
      start = index + 1;
    }
  }
  return [...names, pattern.slice(start)];
}

function partsOf(names: readonly string[], hasEscapes: boolean): Part[] {
  return names.flatMap((name, index): Part[] => {
    if (!/^\*{2,}$/.test(name)) return [tokensOf(name, hasEscapes)];
    // At the end, `**` matches the content of a folder, not the folder itself.
    return index > 0 && index === names.length - 1 ? [anyNames, [anyCharacters]] : [anyNames];
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
    if (next.length > maxExpanded) return [glob.replace(/^([^{]*)\{.*\}/, '$1*')];
    if (next.length === expanded.length && next.every((pattern, index) => pattern === expanded[index])) return next;
    expanded = next;
  }
}

function tokensOf(name: string, hasEscapes: boolean): Token[] {
  const tokens: Token[] = [];
  for (let index = 0; index < name.length; index++) {
    const character = name[index] as string;
    if (character === '\\' && hasEscapes && index + 1 < name.length) tokens.push(name[++index] as string);
    else if (character === '*') {
      if (tokens.at(-1) !== anyCharacters) tokens.push(anyCharacters);
    } else if (character === '?') tokens.push(() => true);
    else if (character === '[') {
      const set = characterSetAt(name, index, hasEscapes);
      tokens.push(set?.test ?? '[');
      index = set?.end ?? index;
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
function characterSetAt(
  name: string,
  start: number,
  hasEscapes: boolean,
): { readonly test: (character: string) => boolean; readonly end: number } | undefined {
  const negated = name[start + 1] === '!' || name[start + 1] === '^';
  const tests: ((character: string) => boolean)[] = [];
  const firstIndex = start + (negated ? 2 : 1);
  let index = firstIndex;
  const literal = () => {
    if (hasEscapes && name[index] === '\\' && index + 1 < name.length) index++;
    return name[index++] as string;
  };
  while (index < name.length) {
    if (name[index] === ']' && index > firstIndex)
      return { test: (character) => tests.some((test) => test(character)) !== negated, end: index };
    const classMatch = /^\[:(\w+):\]/.exec(name.slice(index, index + 12));
    if (classMatch) {
      const pattern = classes[classMatch[1] as string];
      if (pattern) tests.push((character) => pattern.test(character));
      index += classMatch[0].length;
      continue;
    }
    const low = literal();
    if (name[index] === '-' && index + 1 < name.length && name[index + 1] !== ']') {
      index++;
      const high = literal();
      // Git matches the beginning of a range also if it is empty.
      tests.push((character) => character === low || (low <= character && character <= high));
    } else tests.push((character) => character === low);
  }
  return undefined;
}

/** @param names the parts of a path, in lower case like the pattern where case does not matter */
export function matchesPath(parts: readonly Part[], names: readonly string[]): boolean {
  return matchInOrder(
    parts,
    names.length,
    (part) => part === anyNames,
    (part, index) => matchesName(part as readonly Token[], names[index] as string),
  );
}

function matchesName(tokens: readonly Token[], name: string): boolean {
  return matchInOrder(
    tokens,
    name.length,
    (token) => token === anyCharacters,
    (token, index) =>
      typeof token === 'string' ? name[index] === token : (token as (c: string) => boolean)(name[index] as string),
  );
}

/**
 * Whether the pattern's items match `length` elements in order, where a wildcard matches any number of elements.
 * Backtracking to the last wildcard is enough: the part before it would not match better later.
 */
function matchInOrder<T>(
  pattern: readonly T[],
  length: number,
  isWildcard: (part: T) => boolean,
  matchesOne: (part: T, index: number) => boolean,
): boolean {
  let patternIndex = 0;
  let index = 0;
  let lastWildcard = -1;
  let retryAt = 0;
  while (index < length) {
    const current = pattern[patternIndex];
    if (current !== undefined && isWildcard(current)) {
      lastWildcard = patternIndex++;
      retryAt = index;
    } else if (current !== undefined && matchesOne(current, index)) {
      patternIndex++;
      index++;
    } else if (lastWildcard >= 0) {
      patternIndex = lastWildcard + 1;
      index = ++retryAt;
    } else return false;
  }
  while (patternIndex < pattern.length && isWildcard(pattern[patternIndex] as T)) patternIndex++;
  return patternIndex === pattern.length;
}
