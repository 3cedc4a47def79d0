// Brackets and blocks that are closed already, or close nothing, and the white space at the text's end that a closer needs.

import { closeAlike, closerOf, closesBlock } from '../../text/blocks.ts';
import { brackets, isOnlyClosers } from '../../text/brackets.ts';
import { indentOf, indentWidth } from '../../text/indents.ts';
import { lineState, withoutMarks } from '../../text/line-state.ts';
import { lineStart, linesBelow } from '../../text/lines.ts';
import type { Context } from './filter.ts';
import { cutOf } from './query.ts';

/** Marks that do not pair up in a line, strings left out: the fewer, the likelier it is what was meant. */
export function imbalance(line: string, quotes: string): number {
  const { open, strayClosers, quote } = brackets(line, quotes);
  return open.filter((b) => b !== '{').length + strayClosers.length + (quote === '' ? 0 : 1);
}

/** Closers that the editor has put behind the cursor and that the text writes again, with what follows them. */
export function dropSuppliedClosers(text: string, { before, after, facts }: Context): string {
  const supplied = after.trimStart()[0];
  if (supplied === undefined) return text;
  const excess = imbalance(before + text + after, facts.quotes);
  if (excess === 0) return text;
  // Of several lines the last alone comes to stand before them.
  const start = lineStart(text);
  const ends = [...Array(text.length).keys()].filter((i) => i >= start && text[i] === supplied);
  const left = ends.map((i) => imbalance(before + text.slice(0, i) + after, facts.quotes));
  const least = Math.min(...left);
  if (!(least < excess)) return text;
  // Of closers that pair up as well the last one is the supplied one: `a).then(b)`.
  const at = ends[left.lastIndexOf(least)] as number;
  // Real text after the closer means that the closer was meant to stand before it.
  return /[\p{L}\p{N}]/u.test(text.slice(at)) ? text : text.slice(0, at);
}

/**
 * A ')' or ']' that closes nothing ends the text before it. Braces are left alone: a mark in a template or a regular
 * expression misleads the count of lines, and `shape` ends blocks already.
 */
export function cutStrayClosers(text: string, { query, facts, before }: Context): string {
  if (!/[)\]]/.test(text) || lineState(query.languageId, before) !== 'code') return text;
  // There it ends a pattern of `case`.
  if (query.languageId === 'shellscript') return text;
  // Templates hold code as well, and an odd backtick in a comment must not hide the rest of the file.
  const quotes = facts.quotes.replaceAll('`', '');
  const start = query.prefix.length;
  const whole = withoutMarks(query.prefix + text, query.languageId);
  const { open } = brackets(whole.slice(0, start), quotes);
  // Where only a window is known, what closes more than it opened may have been opened above it.
  if (open.length === 0 && cutOf(query).start) return text;
  const stray = brackets(whole, quotes).strayClosers.find((at) => at >= start && whole[at] !== '}');
  return stray === undefined ? text : text.slice(0, stray - start);
}

/** The closing line of a block that is closed already below. */
export function dropBlockClose(text: string, { query, before, after, indentUnit }: Context): string {
  if (isClosedBehind(text, after)) return text;
  const below = linesBelow(query.suffix, 1)[0];
  if (below === undefined || !closesBlock(below, query.languageId)) return text;
  const lines = text.split('\n');
  const last = lines.length === 1 ? before + text : (lines.at(-1) as string);
  const closes =
    below.trim().startsWith(last.trim()) &&
    closeAlike(last, below, query.languageId) &&
    !/[\p{L}\p{N}]/u.test(last.trim().slice(closerOf(last, query.languageId).length));
  if (!closes) return text;
  const same = indentWidth(last, indentUnit) === indentWidth(below, indentUnit);
  // Openers in the text may need this very line: then the one below closes something further out.
  const unclosed = lines.length > 1 && brackets(before + lines.slice(0, -1).join('\n')).open.length > 1;
  return same && !unclosed ? lines.slice(0, -1).join('\n') : text;
}

/** The editor has put the end right behind the cursor, and the text has several lines. */
function isClosedBehind(text: string, after: string): boolean {
  return text.includes('\n') && after.trim() !== '' && isOnlyClosers(after);
}

/**
 * Ghost text ends in white space only where a closer behind the cursor has to come on a line of its own: below a body that
 * begins on one. Lines of code do not either; in prose two spaces at a line's end mean something.
 */
export function trimTrailing(text: string, { facts, before, after }: Context): string {
  if (facts.family === 'prose') return text.trimEnd();
  const trimmed = text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trimEnd();
  return trimmed.startsWith('\n') && isClosedBehind(trimmed, after) ? `${trimmed}\n${indentOf(before)}` : trimmed;
}
