// Brackets and quotes of a text: which stay open, which close nothing.

/** Opener -> its closer. */
export const CLOSER_OF: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

export interface Brackets {
  /** Openers without a closer, in order. */
  readonly open: readonly string[];
  /** Offsets of closers without an opener. */
  readonly strayClosers: readonly number[];
  /** The quote that is open at the end; '' if none is. */
  readonly quote: string;
}

/**
 * Brackets outside strings, paired by kind.
 * @param quotes the characters that open and close a string; it ends at the line's end at the latest, but for backticks
 */
export function brackets(text: string, quotes = ''): Brackets {
  const open: string[] = [];
  const strayClosers: number[] = [];
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const character = text[i] as string;
    if (quote !== '') {
      if (character === '\\') i++;
      else if (character === quote || (character === '\n' && quote !== '`')) quote = '';
    } else if (quotes.includes(character)) {
      quote = character;
    } else if (character in CLOSER_OF) {
      open.push(character);
    } else if (character === ')' || character === ']' || character === '}') {
      if (open.length > 0 && CLOSER_OF[open.at(-1) as string] === character) open.pop();
      else strayClosers.push(i);
    }
  }
  return { open, strayClosers, quote };
}

/** How many brackets and quotes of a line do not pair up, braces that stay open not counted; strings are skipped. */
export function unpairedMarks(line: string, quotes: string): number {
  const { open, strayClosers, quote } = brackets(line, quotes);
  return open.filter((b) => b !== '{').length + strayClosers.length + (quote === '' ? 0 : 1);
}

/** Opening minus closing brackets of all kinds; quotes are ignored. */
export function bracketBalance(text: string): number {
  return (text.match(/[([{]/g)?.length ?? 0) - (text.match(/[)\]}]/g)?.length ?? 0);
}

/** The closers that an editor inserts after the cursor for this typed text. */
export function closersFor(typed: string, quotes: string): string {
  const { open, quote } = brackets(typed, quotes);
  const closers = open.map((opener) => CLOSER_OF[opener] as string);
  return quote + closers.reverse().join('');
}

/**
 * The closers that an editor inserted after the cursor: the rest of the line, if it closes exactly what the line
 * opened. Else ''.
 */
export function insertedClosers(lineBefore: string, lineAfter: string, quotes: string): string {
  const rest = lineAfter.trimEnd();
  return closersFor(lineBefore, quotes) === rest ? rest : '';
}

/**
 * How many of the inserted closers, counted from the first, a text at the cursor writes itself.
 * @param closed the result of `closersFor(lineBefore)`
 */
export function closersWritten(closed: string, lineBefore: string, text: string, quotes: string): number {
  const left = closersFor(lineBefore + text, quotes);
  let written = 0;
  while (!left.endsWith(closed.slice(written))) written++;
  return written;
}

/** Nothing but closing brackets, commas and semicolons (and white space). */
export function isOnlyClosers(text: string): boolean {
  return /^[\s)\]},;]+$/.test(text);
}
