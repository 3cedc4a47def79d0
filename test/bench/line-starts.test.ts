// Which line starts are typed for the comparison of both windows, and what stands below them meanwhile.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineStarts } from '../../bench/typing/line-starts.ts';

const file = (path: string, lines: readonly string[]) => ({ path, text: lines.join('\n') });
const common = ['\tw := httptest.NewRecorder()', '\tc, _ := CreateTestContext(w)'];
const folder = (files: readonly ReturnType<typeof file>[]) => ({ held: files, others: files });

test('a line is typed whose line above is followed by it five times, after the last keys of the line above', () => {
  const files = [1, 2, 3, 4, 5].map((i) => file(`${i}.go`, [`func Test${i}() {`, ...common, `\tuse(c, ${i})`, '}']));
  const [start, ...others] = lineStarts(folder(files), 9);
  assert.ok(start);
  assert.equal(others.length, 0, 'each kind of line once');
  assert.equal(start.prefix, 'func Test1() {\n\tw := httptest.NewReco');
  assert.equal(start.rest.slice(0, start.length), 'rder()\n\tc');
  assert.equal(start.below, '\n\tuse(c, 1)\n}');
  assert.equal(lineStarts(folder(files.slice(1)), 9).length, 0, 'four times only');
});

for (const [what, lines, left] of [
  ['the line above opens', ['\tif err != nil {', '\t\treturn err.Wrapped()', '\t}', '\treturn nil'], '\n\treturn nil'],
  ['the line opens', ['\tmodel := &Model{}', '\tp := New(model,', '\t\targument,', '\t)', '\tp.Run()'], '\n\tp.Run()'],
] as const)
  test(`a bracket that ${what} is not closed yet, and its lines are not written`, () => {
    const files = [1, 2, 3, 4, 5].map((i) => file(`${i}.go`, [`x${i}`, ...lines]));
    const starts = lineStarts(folder(files), 9).map(({ below }) => below);
    assert.ok(starts.includes(left), JSON.stringify(starts));
  });
