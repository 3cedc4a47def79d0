// Where the hint of a next edit stands so that the user sees it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hintPlace } from '../../../src/vscode/edits/hint-place.ts';

/** Lengths of the lines, the cursor, the lines in view, where the hint stands, and the columns in view. */
type HintRow = readonly [string, number[], [number, number], [number, number], [number, number], number?];
const rows: readonly HintRow[] = [
  ['the end of a line where it fits, in a narrow editor', [40, 38, 50, 12], [1, 5], [0, 3], [3, 12], 45],
  ['the cursor, if it fits nowhere, in a narrow editor', [40, 38, 50, 32], [1, 5], [0, 3], [1, 5], 45],
  ['the end of the line', [10, 30, 20], [1, 5], [0, 2], [1, 30]],
  ['the end of a long line near the cursor', [10, 230, 20], [1, 215], [0, 2], [1, 230]],
  ['the next line, if the end of a long one is out of view', [10, 230, 20], [1, 40], [0, 2], [2, 20]],
  ['the line above, if the next one is as long', [10, 230, 230], [1, 40], [0, 2], [0, 10]],
  ['the cursor, if the view is scrolled sideways to it', [10, 400, 20], [1, 200], [0, 2], [1, 200]],
  ['the cursor, if the short lines are out of view', [230, 230, 230, 20], [1, 40], [0, 2], [1, 40]],
  ['the first line in view, if the cursor is scrolled away', [10, 30, 20, 40], [0, 5], [2, 3], [2, 20]],
];

for (const [what, lengths, [line, character], seen, [atLine, at], columns = 80] of rows)
  test(`the hint stands at ${what}`, () => {
    const lines = { lengthOf: (number: number) => lengths[number] ?? 0, visible: [seen], columns };
    assert.deepEqual(hintPlace({ line, character }, lines, 24), { line: atLine, character: at });
  });
