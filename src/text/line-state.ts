// Whether a cursor stands in a comment or a string, by its line alone; and a text without what is no code in its lines.
import { type LanguageFacts, languageOf } from './languages.ts';

/**
 * Whether a cursor after `lineBefore` stands in a comment or a string, judged by that line alone: a block comment's
 * inner lines are recognised by their leading asterisk, a string over several lines is not recognised.
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

/** Where a comment begins in the line, and the quote that is open at its end. */
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
/** What looks like a comment up to the line's end, and is one of several lines (Lua, Nim) or an attribute (PHP). */
const NO_LINE_COMMENT = /^(?:--\[|#\[)/;

/** A text with blanks for its line comments, for character literals where no string has their quotes, and for what is escaped, as in a regular expression. */
export function withoutMarks(text: string, languageId: string): string {
  const facts = languageOf(languageId);
  const blank = (piece: string) => ' '.repeat(piece.length);
  // Elsewhere a backslash may begin a function: `\(x) x + 1`.
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
