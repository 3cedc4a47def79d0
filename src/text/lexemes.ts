// Lines as words, numbers and marks, and the shape that near-copies of a line share: words, numbers and strings are
// holes in it.
import { BoundedMap } from '../common/bounded-map.ts';
import { indentLength } from './lines.ts';

export type LexemeKind = 'word' | 'number' | 'mark';

export interface Lexeme {
  /** White space before the lexeme, within the line. */
  readonly lead: string;
  readonly text: string;
  readonly kind: LexemeKind;
  /** Number of the closed string on the line that contains the lexeme, quotes included; -1: none. */
  readonly string: number;
}

export interface LineShape {
  readonly text: string;
  /** UTF-16 units; 0 for a blank line. */
  readonly indent: number;
  /**
   * Equal for lines that differ only in words, numbers, strings and spaces; 0 if blank, -1 if too long to be copied.
   */
  readonly shape: number;
  readonly lexemes: readonly Lexeme[];
}

/** Lines that are longer than this, in UTF-16 units, are data. */
const LONGEST_LINE = 400;
/** Number of lines that are cached. */
const REMEMBERED = 20_000;
const LEXEME =
  /(?<![^\S\n])([^\S\n]*)(?:([\p{L}_$][\p{L}\p{M}\p{N}_$]*)|(\p{N}[\p{L}\p{N}_]*(?:\.\p{N}[\p{L}\p{N}_]*)?)|(\S))/gu;
const COMMENT = /^(?:\/\/|\/\*|\*(?!\w)|#(?=\s|$)|--(?=\s)|;;|<!--)/;

/** Whether a line without its indent is a comment as a whole. */
export function isCommentLine(trimmed: string): boolean {
  return COMMENT.test(trimmed);
}

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

/** FNV-1a over the line's marks and holes. One pass over its characters, because every line of a document is read. */
function shapeOf(text: string, indent: number): number {
  if (text.length > LONGEST_LINE) return -1;
  if (isCommentLine(text.slice(indent, indent + 4))) return text.charCodeAt(indent) + 2;
  let hash = 0x811c9dc5;
  for (let i = indent; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 32 || code === 9 || code === 13) continue;
    let symbol = code;
    if (isWordCode(code)) {
      symbol = 1;
      const isNumber = code >= 48 && code <= 57;
      while (i + 1 < text.length) {
        const next = text.charCodeAt(i + 1);
        const isPoint = isNumber && next === 46 && /\d/.test(text[i + 2] ?? '');
        if (!isPoint && !isWordCode(next)) break;
        i++;
      }
    } else {
      const close = closingQuote(text, i);
      if (close >= 0) {
        symbol = 2;
        i = close;
      }
    }
    hash = Math.imul(hash ^ symbol, 0x01000193);
  }
  return (hash & 0x3fffffff) + 200_000;
}

class ReadLine implements LineShape {
  readonly text: string;
  readonly indent: number;
  readonly shape: number;
  private read: readonly Lexeme[] | undefined;

  constructor(text: string) {
    const blank = text.trim() === '';
    this.text = text;
    this.indent = blank ? 0 : indentLength(text);
    this.shape = blank ? 0 : shapeOf(text, this.indent);
  }

  get lexemes(): readonly Lexeme[] {
    this.read ??= this.shape <= 0 ? [] : lexemesOf(this.text.trim());
    return this.read;
  }
}

/** Caches the lexemes of each line, so that after a keystroke only changed lines are read. */
export class LineReader {
  private readonly known = new BoundedMap<string, LineShape>(REMEMBERED);

  line(text: string): LineShape {
    let line = this.known.get(text);
    if (line === undefined) {
      line = new ReadLine(text);
      this.known.set(text, line);
    }
    return line;
  }

  /** The lines of a document. */
  lines(text: string): LineShape[] {
    if (text === '') return [];
    return text.split('\n').map((line) => this.line(line));
  }
}

/** The word that a text ends with; '' if there is none. */
export function wordAtEnd(text: string): string {
  return /(?<![\p{L}\p{N}_$])[\p{L}\p{N}_$]+$/u.exec(text)?.[0] ?? '';
}

/** The word that a text begins with; '' if there is none. */
export function wordAtStart(text: string): string {
  return /^[\p{L}\p{N}_$]+/u.exec(text)?.[0] ?? '';
}
