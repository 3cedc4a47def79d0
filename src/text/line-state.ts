// Whether a cursor is in a comment or a string, by its line alone; and a text with comments and escapes blanked out.
import { type LanguageFacts, languageOf } from './languages.ts';

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
