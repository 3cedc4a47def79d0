// Where the hint of a next edit stands so that the user sees it. The editor tells which lines are in view, but not
// which columns. Pure.

type Position = Readonly<Record<'line' | 'character', number>>;

/** The lines of an editor. */
export interface HintLines {
  readonly lengthOf: (line: number) => number;
  /** First and last line in view. */
  readonly visible: readonly (readonly [first: number, last: number])[];
  /** Columns that are probably in view, if it is not scrolled sideways. */
  readonly columns: number;
}

/** Columns on both sides of the cursor that are in view. */
const BESIDE_CURSOR = 20;
/** Lines above and below the cursor's line that are tried. */
const NEAR_LINES = 8;

/**
 * The end of the cursor's line if the hint fits there, or of the nearest other line where it does; the cursor itself if
 * all are too long. If the cursor's line is scrolled away, the first line in view counts as it.
 * @param width of the hint, columns
 */
export function hintPlace(cursor: Position, { lengthOf, visible, columns }: HintLines, width: number): Position {
  const isVisible = (line: number) => visible.some(([first, last]) => line >= first && line <= last);
  const [top] = visible;
  const isAway = top !== undefined && !isVisible(cursor.line);
  const from = isAway ? { line: top[0], character: 0 } : cursor;
  const distances = Array.from({ length: NEAR_LINES }, (_, i) => i + 1);
  const near = [from.line, ...distances.flatMap((by) => [from.line + by, from.line - by])].filter(
    (line) => line === from.line || isVisible(line),
  );
  const isBeside = (line: number) => Math.abs(lengthOf(line) - from.character) <= BESIDE_CURSOR;
  const fits = (line: number) => lengthOf(line) + width <= columns;
  const line = near.find(from.character > columns ? isBeside : fits);
  return line === undefined ? from : { line, character: lengthOf(line) };
}
