// How an answer fits the block around the cursor: its indent, brackets and blocks that are closed already, trailing
// white space.
import { brackets, isOnlyClosers, lineState, unpairedMarks, withoutMarks } from '../../text/line-state.ts';
import {
  indentFor,
  indentOf,
  indentWidth,
  lineStart,
  linesBelow,
  unitColumns,
  withIndentUnit,
} from '../../text/lines.ts';
import { closesBlock, isClosedBelow, mayBeFlat, openerLine } from '../../text/syntax/blocks.ts';
import { cutOf } from '../../text/windows.ts';
import type { Context } from './artefacts.ts';

/** Uses the document's indent unit, and moves a block's body one unit deeper than its opener. */
export function fixIndent(text: string, { query, block, indentUnit, before }: Context): string {
  const lines = text.split('\n');
  if (lines.length === 1) return text;
  const own = withIndentUnit(lines, indentUnit);
  if (!block) return own.join('\n');
  const { languageId } = query;
  const opening = openerLine(query);
  const opener = indentWidth(opening, indentUnit);
  const body = own.findIndex((line, i) => i > 0 && line.trim() !== '');
  // The depth of the body is known only if the cursor is at the end of the opener.
  if (body === -1 || before.trim() === '') return own.join('\n');
  const first = own[body] as string;
  const width = indentWidth(first, indentUnit);
  const shift = opener + unitColumns(indentUnit) - width;
  const isRightlyFlat = width === opener && mayBeFlat(opening, first, languageId);
  if (shift === 0 || closesBlock(first, languageId) || isRightlyFlat) return own.join('\n');
  return own
    .map((line, i) => {
      if (i === 0 || line.trim() === '') return line;
      const isCloser = i === own.length - 1 && closesBlock(line, languageId);
      const columns = isCloser ? opener : Math.max(opener, indentWidth(line, indentUnit) + shift);
      return indentFor(columns, indentUnit) + line.trimStart();
    })
    .join('\n');
}

/** Drops closers that the editor has inserted after the cursor and the text repeats, with all that follows them. */
export function dropSuppliedClosers(text: string, { before, after, facts }: Context): string {
  const supplied = after.trimStart()[0];
  if (supplied === undefined) return text;
  const excess = unpairedMarks(before + text + after, facts.quotes);
  if (excess === 0) return text;
  // Of several lines only the last is followed by the inserted closers.
  const start = lineStart(text);
  const ends = [...Array(text.length).keys()].filter((i) => i >= start && text[i] === supplied);
  const left = ends.map((i) => unpairedMarks(before + text.slice(0, i) + after, facts.quotes));
  const least = Math.min(...left);
  if (!(least < excess)) return text;
  // If several cuts pair up equally well, the last closer is the inserted one: `a).then(b)`.
  const at = ends[left.lastIndexOf(least)] as number;
  // If words follow the closer, the model meant the closer to precede them.
  return /[\p{L}\p{N}]/u.test(text.slice(at)) ? text : text.slice(0, at);
}

/**
 * Cuts the text before a ')' or ']' that closes nothing. Braces stay: brackets in a template or a regular expression
 * mislead the count over several lines, and `cutToBlock` ends blocks.
 */
export function cutStrayClosers(text: string, { query, facts, before }: Context): string {
  if (!/[)\]]/.test(text) || lineState(query.languageId, before) !== 'code') return text;
  // In a shell's `case`, a ')' ends a pattern.
  if (query.languageId === 'shellscript') return text;
  // Templates contain code, and an odd backtick in a comment must not hide the rest of the file.
  const quotes = facts.quotes.replaceAll('`', '');
  const start = query.prefix.length;
  const whole = withoutMarks(query.prefix + text, query.languageId);
  const { open } = brackets(whole.slice(0, start), quotes);
  // If the prefix is cut off at its start, the opener may be above it.
  if (open.length === 0 && cutOf(query).start) return text;
  const stray = brackets(whole, quotes).strayClosers.find((at) => at >= start && whole[at] !== '}');
  return stray === undefined ? text : text.slice(0, stray - start);
}

/** Drops the closing line of a block that the line below closes. */
export function dropBlockClose(text: string, { query, before, after, indentUnit }: Context): string {
  if (isClosedBehind(text, after)) return text;
  const below = linesBelow(query.suffix, 1)[0];
  if (below === undefined) return text;
  const lines = text.split('\n');
  const last = lines.length === 1 ? before + text : (lines.at(-1) as string);
  if (!isClosedBelow(last, below, query.languageId, indentUnit)) return text;
  // If the text opens more than one block, this line closes an inner one and the line below an outer one.
  const isInner = lines.length > 1 && brackets(before + lines.slice(0, -1).join('\n')).open.length > 1;
  return isInner ? text : lines.slice(0, -1).join('\n');
}

/** Whether the text has several lines and only closers follow the cursor. */
function isClosedBehind(text: string, after: string): boolean {
  return text.includes('\n') && after.trim() !== '' && isOnlyClosers(after);
}

/**
 * Trims white space at the ends of lines. A body that begins on its own line keeps a last line end if a closer follows
 * the cursor. In prose only the text's end is trimmed: two spaces at a line's end are a line break there.
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
