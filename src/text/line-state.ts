// What the text before a cursor shows without a parser: comment or string, open brackets and quotes, and whether the
// suggestion list of the editor opens by itself. Also a text with comments and escapes blanked out.
import { kindOf, type LanguageFacts, languageOf } from './languages.ts';

const MEMBER = /(?:[\p{L}\p{N}_$)\]}"'`]\??\.|::|->)$/u;
const NUMBER = /(?:^|[^\p{L}\p{N}_$])\d[\d_]*\.$/u;
const WORD = /[\p{L}_$]\p{N}*$/u;
/** A name after these keywords is new, so no list knows it. */
const NEW_NAME =
  /(?:^|[^\p{L}\p{N}_$.])(?:const|let|var|val|function|func|fn|fun|def|class|interface|type|enum|struct|trait|record|module|mod|namespace|package)\s+[\p{L}\p{N}_$]*$/u;

/**
 * 'member': the list opens because of the character before the cursor; 'word': it opened at the word's first letter.
 */
export function listOpensAt(languageId: string, lineBefore: string): 'member' | 'word' | undefined {
  if (kindOf(languageId) !== 'code' || languageOf(languageId).family === 'data') return undefined;
  if (lineState(languageId, lineBefore) !== 'code') return undefined;
  if (MEMBER.test(lineBefore)) return NUMBER.test(lineBefore) ? undefined : 'member';
  return WORD.test(lineBefore) && !NEW_NAME.test(lineBefore) ? 'word' : undefined;
}

/** Opener -> its closer. */
export const CLOSER_OF: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

interface Brackets {
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

/**
 * How many brackets and quotes of a line do not pair up; strings are skipped.
 * @param mayStayOpen openers that are not counted: a brace may be closed in a later line
 */
export function unpairedMarks(line: string, quotes: string, mayStayOpen = '{'): number {
  const { open, strayClosers, quote } = brackets(line, quotes);
  return open.filter((each) => !mayStayOpen.includes(each)).length + strayClosers.length + (quote === '' ? 0 : 1);
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

/**
 * Whether the end of `lineBefore` is in a comment or a string. Inner lines of a block comment are recognised by their
 * leading asterisk; strings of several lines are not recognised.
 */
export function lineState(languageId: string, lineBefore: string): 'code' | 'comment' | 'string' {
  const facts = languageOf(languageId);
  const { lineComments, family } = facts;
  const trimmed = lineBefore.trimStart();
  if (family === 'bracket' && lineComments.includes('//') && /^(\/\*|\*(\s|\/|$))/.test(trimmed)) {
    return trimmed.includes('*/') ? 'code' : 'comment';
  }
  const { comment, quote } = scan(lineBefore, facts);
  if (comment !== undefined) return 'comment';
  return quote === '' ? 'code' : 'string';
}

/** Offset of the line's comment, and the quote that is open at its end. */
function scan(line: string, { lineComments, quotes }: LanguageFacts): { comment?: number; quote: string } {
  let quote = '';
  for (let i = 0; i < line.length; i++) {
    const character = line[i] as string;
    if (quote !== '') {
      if (character === '\\') i++;
      else if (character === quote) quote = '';
    } else if (quotes.includes(character)) {
      quote = character;
    } else if (lineComments.some((mark) => line.startsWith(mark, i))) {
      // '#' inside a word ('a#b', '${x#y}') begins no comment; '//' always does.
      if (lineComments.includes('//') || i === 0 || /\s/.test(line[i - 1] as string)) return { comment: i, quote };
    }
  }
  return { quote };
}

const ESCAPED = /\\[^\n]/g;
/** A character literal. */
const CHARACTER = /'(?:\\[^\n]|[^\\'\n])'/g;
/** Looks like a line comment, but begins a block comment (Lua, Nim) or an attribute (PHP). */
const NO_LINE_COMMENT = /^(?:--\[|#\[)/;

/**
 * The text with spaces instead of line comments, escaped characters (as in a regular expression), and character
 * literals in languages whose strings use other quotes. Offsets stay.
 */
export function withoutMarks(text: string, languageId: string): string {
  const facts = languageOf(languageId);
  const blank = (piece: string) => ' '.repeat(piece.length);
  // In other languages a backslash may begin a function: `\(x) x + 1`.
  const escapes = facts.family === 'bracket' && facts.lineComments.includes('//');
  const unmarked = !facts.quotes.includes("'")
    ? text.replace(CHARACTER, blank)
    : escapes
      ? text.replace(ESCAPED, blank)
      : text;
  return unmarked
    .split('\n')
    .map((line) => {
      const at = scan(line, facts).comment;
      return at === undefined || NO_LINE_COMMENT.test(line.slice(at)) ? line : line.slice(0, at).padEnd(line.length);
    })
    .join('\n');
}
