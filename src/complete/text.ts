// Small questions about the text round the cursor, shared by shape, filters and caches.
import type { CompletionQuery } from '../common/completion.ts';

/** A line longer than this (minified code, a data row) is looked at near the cursor only. UTF-16 units. */
const LINE_LIMIT = 2000;

/** The cursor's line up to the cursor. */
export function lineBefore(query: CompletionQuery): string {
  const near = query.prefix.slice(-LINE_LIMIT);
  return near.slice(near.lastIndexOf('\n') + 1);
}

/** The cursor's line from the cursor on. */
export function lineAfter(query: CompletionQuery): string {
  return query.suffix.slice(0, LINE_LIMIT).split('\n', 1)[0] as string;
}

/** Leading white space. */
export function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

/** Width of the leading white space in columns; a tab counts as one indent unit. */
export function indentWidth(line: string, indentUnit: string): number {
  const unit = indentUnit === '\t' ? 4 : Math.max(1, indentUnit.length);
  let width = 0;
  for (const character of indentOf(line)) width += character === '\t' ? unit : 1;
  return width;
}

/** The nearest line above the cursor's that is not blank; '' when there is none. */
export function previousLine(query: CompletionQuery): string {
  const end = query.prefix.lastIndexOf('\n');
  if (end === -1) return '';
  const text = query.prefix.slice(Math.max(0, end - 2000), end).trimEnd();
  return text.slice(text.lastIndexOf('\n') + 1);
}

/** The lines below the cursor's, at most `count` that are not blank. */
export function linesBelow(query: CompletionQuery, count: number): string[] {
  const start = query.suffix.indexOf('\n');
  if (start === -1) return [];
  return query.suffix
    .slice(start + 1, start + 4001)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, count);
}

export const CLOSER_OF: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Nothing but closing brackets, commas and semicolons (and white space). */
export function isOnlyClosers(text: string): boolean {
  return /^[\s)\]},;]+$/.test(text);
}

export interface Brackets {
  /** Openers without a closer, in order. */
  readonly open: readonly string[];
  /** Offsets of closers without an opener. */
  readonly strayClosers: readonly number[];
  /** The quote that is open at the end; '' for none. */
  readonly quote: string;
}

/** Brackets and quotes of a text, those inside strings left out. Quotes end at the line's end, but for backticks. */
export function brackets(text: string, quotes: string): Brackets {
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
