// A text as tokens with their offsets: words, numbers, marks and line ends. White space is no token.
import { type LexemeKind, lexemesOf } from '../../text/lexemes.ts';
import { linesOf } from '../../text/lines.ts';

export interface EditToken {
  readonly text: string;
  readonly kind: LexemeKind | 'line end';
  /** UTF-16 units, end exclusive. */
  readonly start: number;
  readonly end: number;
}

/** @param base offset of the text's first character */
export function tokensOf(text: string, base = 0): EditToken[] {
  const tokens: EditToken[] = [];
  for (const line of linesOf(text)) {
    let at = base + line.start;
    if (line.start > 0) tokens.push({ text: '\n', kind: 'line end', start: at - 1, end: at });
    for (const { lead, text: own, kind } of lexemesOf(line.text)) {
      const start = at + lead.length;
      at = start + own.length;
      tokens.push({ text: own, kind, start, end: at });
    }
  }
  return tokens;
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
