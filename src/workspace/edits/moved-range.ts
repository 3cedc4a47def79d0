// Where a range of a text is after changes of the text.
import { comparePositions, type Position, positionBehind, type Range } from './edit.ts';
import type { ReplacedRange } from './journal.ts';

/**
 * Undefined if a change touched the range's text.
 * @param changes ranges in the text before the event, disjoint
 */
export function movedRange(range: Range, changes: readonly ReplacedRange[]): Range | undefined {
  let moved: Range | undefined = range;
  for (const change of lastFirst(changes)) moved = moved && movedBy(moved, change);
  return moved;
}

/** Later changes first: they move nothing that the others speak of. */
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
