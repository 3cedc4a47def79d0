// Whether a cursor stands in a comment or a string, by its line alone.
import { languageOf } from './languages.ts';

/**
 * Whether a cursor after `lineBefore` stands in a comment or a string, judged by that line alone: a block comment's
 * inner lines are recognised by their leading asterisk, a string over several lines is not recognised.
 */
export function lineState(languageId: string, lineBefore: string): 'code' | 'comment' | 'string' {
  const { lineComments, quotes, family } = languageOf(languageId);
  const trimmed = lineBefore.trimStart();
  if (family === 'bracket' && lineComments.includes('//') && /^(\/\*|\*(\s|\/|$))/.test(trimmed)) {
    return trimmed.includes('*/') ? 'code' : 'comment';
  }
  let quote = '';
  for (let i = 0; i < lineBefore.length; i++) {
    const character = lineBefore[i] as string;
    if (quote !== '') {
      if (character === '\\') i++;
      else if (character === quote) quote = '';
    } else if (quotes.includes(character)) {
      quote = character;
    } else if (lineComments.some((mark) => lineBefore.startsWith(mark, i))) {
      // '#' inside a word ('a#b', '${x#y}') begins no comment; '//' always does.
      if (lineComments.includes('//') || i === 0 || /\s/.test(lineBefore[i - 1] as string)) return 'comment';
    }
  }
  return quote === '' ? 'code' : 'string';
}
