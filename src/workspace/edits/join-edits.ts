// Next edits of several sources as one list.
import { comparePositions } from './edit.ts';
import type { NextEdit } from './next-edits.ts';

/**
 * Both lists in order, without edits of `repeated` at the same text as one of `others`.
 * @param ignored rules and places, as in `NextEditsInput`
 */
export function joinEdits(
  others: readonly NextEdit[],
  repeated: readonly NextEdit[],
  ignored: readonly string[],
): NextEdit[] {
  const kept = others.filter(({ rule, place }) => !ignored.includes(rule) && !ignored.includes(place));
  return [...kept, ...repeated.filter((edit) => !others.some((other) => overlap(edit, other)))];
}

function overlap(a: NextEdit, b: NextEdit): boolean {
  return (
    a.path === b.path &&
    comparePositions(a.range.start, b.range.end) <= 0 &&
    comparePositions(b.range.start, a.range.end) <= 0
  );
}
