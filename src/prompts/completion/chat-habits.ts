// What a chat model writes round its answer that no local model does: empty lines first, lines above once more, the begun word again.
import { lastLines } from '../../text/lines.ts';
import type { Context } from './filter.ts';

/** An echo of what stands above is looked for in so many lines, the cursor's included. */
const LINES = 6;

/**
 * Empty lines at the start, where the cursor stands on an empty line or in the middle of one that goes on. Not where its
 * line is at its end: there they say that nothing is missing on it.
 */
export function dropLeadingLines(text: string, { before, block }: Context): string {
  const goesOn = !block && !/[;,:{([>]\s*$/.test(before);
  return goesOn || before.trim() === '' ? text.replace(/^(?:[ \t]*\n)+/, '') : text;
}

/** The last lines before the cursor written again, up to five of them and the cursor's own. */
export function dropEchoedLines(text: string, { query }: Context): string {
  const lines = lastLines(query.prefix, LINES);
  for (let count = lines.length; count >= 2; count--) {
    const echo = lines.slice(-count).join('\n');
    if (echo.trim().length >= 4 && text.startsWith(echo)) return text.slice(echo.length);
    const shifted = echo.trimStart();
    if (shifted.length >= 12 && shifted.includes('\n') && text.startsWith(shifted)) return text.slice(shifted.length);
  }
  return text;
}

/** The cursor's line written again from its start, with or without its indent, however short. */
export function dropEchoedLine(text: string, { before }: Context): string {
  const bare = before.trimStart();
  if (bare.trim().length < 3) return text;
  if (text.startsWith(before)) return text.slice(before.length);
  const start = text.trimStart();
  if (start.startsWith(bare)) return start.slice(bare.length);
  // The space at the line's end is easily lost, or becomes a line break.
  const trimmed = bare.trimEnd();
  if (trimmed === bare || !start.startsWith(trimmed)) return text;
  const rest = start.slice(trimmed.length);
  return /^\s|^$/.test(rest) ? rest.trimStart() : text;
}

/** The word that the cursor stands in, begun again: 'con' + 'console.log'. */
export function dropEchoedWord(text: string, { query }: Context): string {
  const word = /[\p{L}\p{N}_$]{3,}$/u.exec(query.prefix)?.[0];
  return word !== undefined && text.startsWith(word) && /[\p{L}\p{N}_$]/u.test(text.charAt(word.length))
    ? text.slice(word.length)
    : text;
}

/** A line of the last ones may be coming again: a single one of them is no answer yet. */
export function isLineAbove(line: string, prefix: string): boolean {
  return lastLines(prefix, LINES)
    .slice(0, -1)
    .some((above) => above.trim() === line.trim());
}
