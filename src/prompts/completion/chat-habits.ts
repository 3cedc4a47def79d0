// Removes habits that only chat models have: leading empty lines, repeated lines from above, the repeated word at the
// cursor.
import { lastLines } from '../../text/lines.ts';
import type { Context } from './filter.ts';

/** Number of lines above, the cursor's included, that may be repeated. */
const LINES = 6;

/**
 * Drops leading empty lines if the cursor's line is empty or unfinished. After a finished line they stay: they mean
 * that nothing is missing on it.
 */
export function dropLeadingLines(text: string, { before, block }: Context): string {
  const goesOn = !block && !/[;,:{([>]\s*$/.test(before);
  return goesOn || before.trim() === '' ? text.replace(/^(?:[ \t]*\n)+/, '') : text;
}

/** Drops repeated lines from above, up to five and the cursor's own. */
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

/** Drops the repeated beginning of the cursor's line, with or without its indent, of any length. */
export function dropEchoedLine(text: string, { before }: Context): string {
  const bare = before.trimStart();
  if (bare.trim().length < 3) return text;
  if (text.startsWith(before)) return text.slice(before.length);
  const start = text.trimStart();
  if (start.startsWith(bare)) return start.slice(bare.length);
  // Models drop the space at the line's end, or make it a line break.
  const trimmed = bare.trimEnd();
  if (trimmed === bare || !start.startsWith(trimmed)) return text;
  const rest = start.slice(trimmed.length);
  return /^\s|^$/.test(rest) ? rest.trimStart() : text;
}

/** Drops the repeated beginning of the word at the cursor: 'con' + 'console.log'. */
export function dropEchoedWord(text: string, { query }: Context): string {
  const word = /(?<![\p{L}\p{N}_$])[\p{L}\p{N}_$]{3,}$/u.exec(query.prefix)?.[0];
  return word !== undefined && text.startsWith(word) && /[\p{L}\p{N}_$]/u.test(text.charAt(word.length))
    ? text.slice(word.length)
    : text;
}

/** Whether a line equals one of the last lines above, so that it may be an echo and not the answer. */
export function isLineAbove(line: string, prefix: string): boolean {
  return lastLines(prefix, LINES)
    .slice(0, -1)
    .some((above) => above.trim() === line.trim());
}
