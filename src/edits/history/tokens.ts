// A text as tokens with their offsets: words, numbers, marks and line ends. White space is no token.
import { type LexemeKind, lexemesOf } from '../../text/lexemes.ts';
import { lineEnd, linesAround, linesOf } from '../../text/lines.ts';

export interface EditToken {
  readonly text: string;
  readonly kind: LexemeKind | 'line end';
  /** UTF-16 units, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** Number of the string on the line that contains the token; -1: none. */
  readonly string: number;
}

/** @param base offset of the text's first character */
export function tokensOf(text: string, base = 0): EditToken[] {
  return linesOf(text).flatMap((line) => tokensOfLine(line.text, base + line.start, line.start > 0));
}

/** @param start offset of the line @param isNext whether a line end stands before it */
function tokensOfLine(text: string, start: number, isNext: boolean): EditToken[] {
  const tokens: EditToken[] = isNext
    ? [{ text: '\n', kind: 'line end', start: start - 1, end: start, string: -1 }]
    : [];
  let at = start;
  for (const { lead, text: own, kind, string } of lexemesOf(text)) {
    const from = at + lead.length;
    at = from + own.length;
    tokens.push({ text: own, kind, start: from, end: at, string });
  }
  return tokens;
}

/** A text's tokens, of which each line is read once, when it is asked for. */
export class TokenizedText {
  readonly text: string;
  /** By the offset of the line. */
  private readonly known = new Map<number, readonly EditToken[]>();

  constructor(text: string) {
    this.text = text;
  }

  /** The tokens of the line at an offset, and of so many lines above and below it. */
  around(offset: number, lines: number): EditToken[] {
    const { text } = this;
    const { start, end } = linesAround(text, offset, offset, lines, lines);
    const tokens: EditToken[] = [];
    for (let at = start; at <= end; at = lineEnd(text, at) + 1) {
      const line = this.line(at);
      // The first line's line end is that of a line above.
      tokens.push(...(at === start && at > 0 ? line.slice(1) : line));
    }
    return tokens;
  }

  private line(start: number): readonly EditToken[] {
    const { text, known } = this;
    const tokens = known.get(start) ?? tokensOfLine(text.slice(start, lineEnd(text, start)), start, start > 0);
    known.set(start, tokens);
    return tokens;
  }
}

/** Equal for texts that differ only in white space within their lines. */
export function tokenKey(text: string): string {
  return tokensOf(text)
    .map((token) => token.text)
    .join('\u0000');
}

/** Number of equal tokens at the beginning of both lists. */
export function equalLength(a: readonly EditToken[], b: readonly EditToken[]): number {
  let length = 0;
  while (length < a.length && a[length]?.text === b[length]?.text) length++;
  return length;
}

/** The words and marks of a text, without white space. */
export function wordsOf(text: string): string[] {
  return text.match(/[\p{L}_$][\p{L}\p{M}\p{N}_$]*|\S/gu) ?? [];
}

/** The share of tokens that two lists have in common, 0..1. */
export function similarity(a: readonly string[], b: readonly string[]): number {
  const left = new Map<string, number>();
  for (const token of b) left.set(token, (left.get(token) ?? 0) + 1);
  let shared = 0;
  for (const token of a) {
    const count = left.get(token) ?? 0;
    if (count === 0) continue;
    left.set(token, count - 1);
    shared++;
  }
  return (2 * shared) / Math.max(1, a.length + b.length);
}
