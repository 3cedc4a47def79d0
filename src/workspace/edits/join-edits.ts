// Next edits of several sources as one list.
import { comparePositions } from './edit.ts';
import type { NextEdit } from './next-edit.ts';

/**
 * The edits of all lists in order. Where two lists change the same text, the first one counts.
 * @param ignored rules and places, as in `NextEditsInput`
 */
export function joinEdits(lists: readonly (readonly NextEdit[])[], ignored: readonly string[]): NextEdit[] {
  return lists.flatMap((list, i) => {
    const earlier = lists.slice(0, i).flat();
    return list.filter(
      (edit) =>
        !ignored.includes(edit.rule) && !ignored.includes(edit.place) && !earlier.some((other) => overlap(edit, other)),
    );
  });
}

function overlap(a: NextEdit, b: NextEdit): boolean {
  return (
    a.path === b.path &&
    comparePositions(a.range.start, b.range.end) <= 0 &&
    comparePositions(b.range.start, a.range.end) <= 0
  );
}
