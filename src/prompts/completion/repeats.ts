// Removes text that repeats the text around the cursor.

import type { CompletionQuery } from '../../common/completion.ts';
import { isOnlyClosers, unpairedMarks } from '../../text/brackets.ts';
import { indentWidth } from '../../text/indents.ts';
import { lineAbove, lineStart, linesBelow } from '../../text/lines.ts';
import { NEXT_BRANCH } from '../../text/syntax/block-rules.ts';
import { closesBlock } from '../../text/syntax/blocks.ts';
import type { Context } from './filter.ts';

/** Drops a text whose first line repeats the line above the cursor. */
export function dropLineAbove(text: string, { query, before }: Context): string {
  const above = lineAbove(query.prefix).trim();
  const first = (before + (text.split('\n', 1)[0] as string)).trim();
  // Items of a list may be equal, and short lines often are.
  return above.length >= 8 && first === above && !above.endsWith(',') ? '' : text;
}

/** Cuts before a line that repeats the line below the cursor. */
export function cutLinesBelow(text: string, { query, before, after, indentUnit }: Context): string {
  if (after.trim() !== '' && !isOnlyClosers(after)) return text;
  const [nextLine = '', second] = linesBelow(query.suffix, 2);
  const next = nextLine.trim();
  if (next === '' || isOnlyClosers(next)) return text;
  const lines = text.split('\n');
  for (const [i, line] of lines.entries()) {
    const whole = i === 0 ? before + line : line;
    if (whole.trim() !== next || next.length < 3) continue;
    // The same line at a deeper indent is another statement.
    const deeper = indentWidth(whole, indentUnit) > indentWidth(nextLine, indentUnit);
    if (deeper && !(i === 0 && endsNothing(whole, query, indentUnit))) continue;
    // A line in the middle may be equal by chance, so the line after it must be equal, too.
    const following = lines.slice(i + 1).find((l) => l.trim() !== '');
    const same = following === undefined || i === 0 || second === undefined || following.trim() === second.trim();
    if (same) return lines.slice(0, i).join('\n');
  }
  return text;
}

/** Whether a closing line or a next branch is as deep as the lines of the block above, so that it ends nothing. */
function endsNothing(line: string, { prefix, languageId }: CompletionQuery, indentUnit: string): boolean {
  const ends = closesBlock(line, languageId) || NEXT_BRANCH.test(line);
  return ends && indentWidth(lineAbove(prefix), indentUnit) <= indentWidth(line, indentUnit);
}

/** An overlap that is no coincidence. */
const UNLIKELY = /\w\w\W|\W\w\w/;

/** Trims the end of the text that the rest of the cursor's line repeats. */
export function trimOverlap(text: string, { before, after, facts, chat }: Context): string {
  const rest = after.trimEnd();
  if (rest === '') return text;
  for (let length = Math.min(rest.length, text.length - lineStart(text)); length > 0; length--) {
    const overlap = rest.slice(0, length);
    if (!text.endsWith(overlap)) continue;
    const trimmed = text.slice(0, -length);
    const whole = length === rest.length;
    if (facts.family === 'prose') return whole && /\p{L}/u.test(overlap) ? trimmed : text;
    const gain =
      unpairedMarks(before + text + after, facts.quotes) - unpairedMarks(before + trimmed + after, facts.quotes);
    // Repeated words or separators are a repetition even if the brackets pair up either way.
    const repeats = whole ? /[\p{L}\p{N}]|^[;,:.]+$/u.test(overlap) : chat && UNLIKELY.test(overlap);
    if (gain > 0 || (gain === 0 && repeats)) return trimmed;
  }
  return text;
}

/** Drops a text that is blank or has only closers that follow the cursor already. */
export function dropNothingNew(text: string, { query, after }: Context): string {
  if (text.trim() === '') return '';
  const ahead = (after.trim() === '' ? (linesBelow(query.suffix, 1)[0] ?? '') : after).replace(/\s/g, '');
  const closers = text.replace(/\s/g, '');
  // At the end of the line a closer is new, unless the text begins a new line and the next line has the closer.
  if (after.trim() === '' && !text.startsWith('\n')) return text;
  return isOnlyClosers(text) && ahead.startsWith(closers) ? '' : text;
}
