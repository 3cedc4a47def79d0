// Brackets and quotes of a text: which are open, which close nothing.

/** What closes an opener. */
export const CLOSER_OF: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

export interface Brackets {
  /** Openers without a closer, in order. */
  readonly open: readonly string[];
  /** Offsets of closers without an opener. */
  readonly strayClosers: readonly number[];
  /** The quote that is open at the end; '' for none. */
  readonly quote: string;
}

/**
 * Brackets by kind, those inside strings left out.
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

/** Brackets opened minus closed, of whatever kind and order; quotes are not looked into. */
export function bracketBalance(text: string): number {
  return (text.match(/[([{]/g)?.length ?? 0) - (text.match(/[)\]}]/g)?.length ?? 0);
}

/** What an editor puts behind the cursor when this was typed: the closers of all that it leaves open. */
export function closersFor(typed: string, quotes: string): string {
  const { open, quote } = brackets(typed, quotes);
  const closers = open.map((opener) => CLOSER_OF[opener] as string);
  return quote + closers.reverse().join('');
}

/** The closers behind the cursor where they are all that its line opened, and nothing else stands there: an editor has put them there. Else ''. */
export function closedBehind(lineBefore: string, lineAfter: string, quotes: string): string {
  const rest = lineAfter.trimEnd();
  return closersFor(lineBefore, quotes) === rest ? rest : '';
}

/**
 * How many of these closers a text at the cursor writes itself, from the first on.
 * @param closed all that `lineBefore` opened, as `closersFor` says
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
