// Where the hint of a next edit stands so that the user sees it. The editor tells which lines are in view, but not
// which columns. Pure.
import type { Position } from '../../workspace/edits/edit.ts';

/** The lines of an editor. */
export interface HintLines {
  readonly lengthOf: (line: number) => number;
  /** First and last line in view. */
  readonly visible: readonly (readonly [first: number, last: number])[];
}

/** Columns that nearly every editor shows, if it is not scrolled sideways. */
const SHOWN_COLUMNS = 80;
/** Columns on both sides of the cursor that are in view. */
const BESIDE_CURSOR = 20;
/** Lines above and below the cursor's line that are tried. */
const NEAR_LINES = 3;

/**
 * The end of the cursor's line if it is in view, of the nearest other line whose end is, or the cursor itself. If the
 * cursor's line is scrolled away, the first line in view counts as the cursor's.
 */
export function hintPlace(cursor: Position, { lengthOf, visible }: HintLines): Position {
  const isVisible = (line: number) => visible.some(([first, last]) => line >= first && line <= last);
  const [top] = visible;
  const isAway = top !== undefined && !isVisible(cursor.line);
  const from = isAway ? { line: top[0], character: 0 } : cursor;
  const isSeen = (column: number) =>
    Math.max(column, from.character) <= SHOWN_COLUMNS || Math.abs(column - from.character) <= BESIDE_CURSOR;
  const distances = Array.from({ length: NEAR_LINES }, (_, i) => i + 1);
  const lines = [from.line, ...distances.flatMap((by) => [from.line + by, from.line - by])];
  const line = lines.find((one) => (isVisible(one) || one === from.line) && isSeen(lengthOf(one)));
  return line === undefined ? from : { line, character: lengthOf(line) };
}
