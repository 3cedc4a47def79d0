// Lines as words, numbers and marks.

export type LexemeKind = 'word' | 'number' | 'mark';

export interface Lexeme {
  /** White space before the lexeme, within the line. */
  readonly lead: string;
  readonly text: string;
  readonly kind: LexemeKind;
  /** Number of the closed string on the line that contains the lexeme, quotes included; -1: none. */
  readonly string: number;
}

const LEXEME =
  /(?<![^\S\n])([^\S\n]*)(?:([\p{L}_$][\p{L}\p{M}\p{N}_$]*)|(\p{N}[\p{L}\p{N}_]*(?:\.\p{N}[\p{L}\p{N}_]*)?)|(\S))/gu;
/** The lexemes of a line or of a part of it; white space at its end is left out. */
export function lexemesOf(text: string): Lexeme[] {
  const found: Lexeme[] = [];
  let string = -1;
  let strings = 0;
  let end = 0;
  for (const match of text.matchAll(LEXEME)) {
    const [whole, lead = '', word, number, mark = ''] = match;
    const at = match.index + lead.length;
    if (string >= 0 && at >= end) string = -1;
    if (string < 0 && mark !== '') {
      const close = closingQuote(text, at);
      if (close >= 0) {
        string = strings++;
        end = close + 1;
      }
    }
    const kind = word !== undefined ? 'word' : number !== undefined ? 'number' : 'mark';
    found.push({ lead, text: whole.slice(lead.length), kind, string });
  }
  return found;
}

/** Index of the quote that closes the string opened at `at`; -1 if no string opens there, or none closes it. */
function closingQuote(text: string, at: number): number {
  const quote = text.charCodeAt(at);
  if (quote !== 34 && quote !== 39 && quote !== 96) return -1;
  if (at > 0 && isWordCode(text.charCodeAt(at - 1)) && quote === 39) return -1;
  for (let i = at + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 92) i++;
    else if (code === quote) return i;
  }
  return -1;
}

/** Whether the character belongs to a word; all beyond ASCII count as such. */
export function isWordCode(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 36 ||
    code > 127
  );
}

/** The word that a text ends with; '' if there is none. */
export function wordAtEnd(text: string): string {
  return /(?<![\p{L}\p{N}_$])[\p{L}\p{N}_$]+$/u.exec(text)?.[0] ?? '';
}

/** The word that a text begins with; '' if there is none. */
export function wordAtStart(text: string): string {
  return /^[\p{L}\p{N}_$]+/u.exec(text)?.[0] ?? '';
}
