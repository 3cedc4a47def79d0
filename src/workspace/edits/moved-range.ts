// Where a range of a text is after changes of the text.
import { commonPrefix, commonSuffix } from '../../text/edits.ts';
import { toLineFeeds } from '../../text/lines.ts';
import {
  comparePositions,
  offsetOf,
  type Position,
  positionBehind,
  positionOf,
  type Range,
  type ReplacedRange,
} from './edit.ts';

/** Offsets in the text before a change, UTF-16 units, end exclusive. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * A change without the unchanged text at both of its ends: an accepted suggestion replaces the line before the cursor
 * by itself, too.
 * @param before with '\n' line ends
 */
export function replacementOf(before: string, { range, text }: ReplacedRange): Replacement {
  const [from, to] = [offsetOf(before, range.start), offsetOf(before, range.end)];
  const [old, now] = [before.slice(from, to), toLineFeeds(text)];
  const start = commonPrefix(old, now);
  const end = commonSuffix(old.slice(start), now.slice(start));
  return { start: from + start, end: to - end, text: now.slice(start, now.length - end) };
}

/** `replacementOf` as a range. */
export function narrowedChange(before: string, change: ReplacedRange): ReplacedRange {
  // Most keys: spares the search for the offset.
  if (comparePositions(change.range.start, change.range.end) === 0) return change;
  const { start, end, text } = replacementOf(before, change);
  return { range: { start: positionOf(before, start), end: positionOf(before, end) }, text };
}

/**
 * Undefined if a change touched the range's text.
 * @param changes ranges in the text before the event, disjoint
 */
export function movedRange(range: Range, changes: readonly ReplacedRange[]): Range | undefined {
  let moved: Range | undefined = range;
  for (const change of lastFirst(changes)) moved = moved && movedBy(moved, change);
  return moved;
}

/** Last change first, so that the ranges of the others stay valid. */
export function lastFirst(changes: readonly ReplacedRange[]): ReplacedRange[] {
  return [...changes].sort((a, b) => comparePositions(b.range.start, a.range.start));
}

/** `movedRange` for one change. */
export function movedBy({ start, end }: Range, change: ReplacedRange): Range | undefined {
  if (comparePositions(change.range.end, start) <= 0)
    return { start: movedPosition(start, change), end: movedPosition(end, change) };
  return comparePositions(change.range.start, end) >= 0 ? { start, end } : undefined;
}

/** @param position not before the change's end */
export function movedPosition({ line, character }: Position, { range: { start, end }, text }: ReplacedRange): Position {
  const now = positionBehind(start, text);
  return line === end.line
    ? { line: now.line, character: now.character + character - end.character }
    : { line: line + now.line - end.line, character };
}
