// A declared name and its references: where they are after changes, and which edits a typed name makes of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeclaredName } from '../../src/edits/declared-name.ts';
import { joinEdits, offsetOf, positionOf, type Range, type ReplacedRange } from '../../src/edits/history/edit.ts';
import { Desk } from './support.ts';

const FILE = 'src/a.ts';
const CODE = 'const total = read();\nsend({ total });\nprint(total, total);\n';

function rangesOf(text: string, name: string): Range[] {
  return [...text.matchAll(new RegExp(`\\b${name}\\b`, 'g'))].map(({ index }) => ({
    start: positionOf(text, index),
    end: positionOf(text, index + name.length),
  }));
}

/** The declaration and references of `total`, and a journal of the same text. */
function follow({ isFound = true, closed = [] as Range[] } = {}) {
  const desk = new Desk({ [FILE]: CODE });
  const [declaration, shorthand, ...others] = rangesOf(CODE, 'total') as [Range, Range, ...Range[]];
  const name = new DeclaredName(FILE, 'total', declaration);
  const found = () =>
    name.found([
      { path: FILE, range: shorthand, prefix: 'total: ', suffix: '' },
      ...others.map((range) => ({ path: FILE, range, prefix: '', suffix: '' })),
      ...closed.map((range) => ({ path: 'src/b.ts', range, prefix: '', suffix: '' })),
    ]);
  if (isFound) found();
  const change = (...changes: ReplacedRange[]) => {
    name.changed(FILE, changes, desk.text(FILE));
    desk.time += 100;
    desk.journal.record({ path: FILE, ranges: changes, time: desk.time });
  };
  /** Types over the nth occurrence of a text, letter by letter. */
  const type = (old: string, text: string, nth = 0) => {
    let range = rangesOf(desk.text(FILE), old)[nth] as Range;
    for (const letter of text) {
      change({ range, text: letter });
      const end = positionOf(desk.text(FILE), offsetOf(desk.text(FILE), range.start) + 1);
      range = { start: end, end };
    }
  };
  const edits = () => name.edits((path) => (path === FILE ? desk.text(FILE) : undefined), desk.journal.recentEdits());
  return { desk, name, found, change, type, edits };
}

const at = (line: number, character: number, to = character): Range => ({
  start: { line, character },
  end: { line, character: to },
});

test('offers the references of a declaration that was renamed by typing', () => {
  const { type, edits } = follow();
  assert.deepEqual(edits(), []);
  type('total', 'sum');
  assert.deepEqual(
    edits().map(({ range, removed, replacement, left }) => ({ ...range.start, removed, replacement, left })),
    [
      { line: 1, character: 7, removed: 'total', replacement: 'total: sum', left: 3 },
      { line: 2, character: 6, removed: 'total', replacement: 'sum', left: 3 },
      { line: 2, character: 13, removed: 'total', replacement: 'sum', left: 3 },
    ],
  );
  const [first] = edits();
  assert.deepEqual(first?.origin, { kind: 'rename', name: 'total' });
  assert.equal(first?.learnedFrom[0]?.inserted, 'sum');
});

/** Events after the declaration was renamed to `sum`, and what is offered then: line, character, replacement. */
const followed: readonly [what: string, events: ReplacedRange[][], offered: string[]][] = [
  [
    'lines and letters that were typed since',
    [[{ range: at(0, 0), text: '// A comment\n\n' }], [{ range: at(4, 0), text: 'await ' }]],
    ['3 7 total: sum', '4 12 sum', '4 19 sum'],
  ],
  [
    'a suggestion that replaces the line before the cursor by itself',
    [[{ range: at(0, 0, 12), text: 'const sum = await ' }]],
    ['1 7 total: sum', '2 6 sum', '2 13 sum'],
  ],
  [
    'several changes of one event',
    [[at(0, 0), at(2, 0), at(2, 12)].map((range, i) => ({ range, text: ['\n', '  ', ' '][i] as string }))],
    ['2 7 total: sum', '3 8 sum', '3 16 sum'],
  ],
  [
    'what is typed behind the new name, which does not belong to it',
    [[{ range: at(0, 9), text: ': number' }]],
    ['1 7 total: sum', '2 6 sum', '2 13 sum'],
  ],
];
for (const [what, events, offered] of followed)
  test(`follows ${what}`, () => {
    const { type, edits, change } = follow();
    type('total', 'sum');
    for (const changes of events) change(...changes);
    assert.deepEqual(
      edits().map(({ range: { start }, replacement }) => `${start.line} ${start.character} ${replacement}`),
      offered,
    );
  });

test('an applied edit is no longer offered, and the others move with it', () => {
  const { type, edits, change } = follow();
  type('total', 'sum');
  const rule = edits()[0]?.rule;
  const { range, replacement } = edits()[1] as ReturnType<typeof edits>[number];
  change({ range, text: replacement });
  assert.deepEqual(
    edits().map((edit) => [edit.range.start.line, edit.range.start.character, edit.left]),
    [
      [1, 7, 2],
      [2, 11, 2],
    ],
  );
  assert.notEqual(edits()[0]?.rule, rule);
});

test('a name that grows, shrinks or is written anew is the new name', () => {
  const { edits, change } = follow();
  change({ range: at(0, 11), text: 'Sum' });
  assert.equal(edits()[1]?.replacement, 'totalSum');
  change({ range: at(0, 6, 14), text: '' });
  assert.deepEqual(edits(), []);
  change({ range: at(0, 6), text: 'count' });
  assert.equal(edits()[1]?.replacement, 'count');
  change({ range: at(0, 6, 11), text: 'total' });
  assert.deepEqual(edits(), []);
});

test('references that come after the first keys are those of the text before them', () => {
  const { type, edits, found } = follow({ isFound: false });
  type('total', 'sum');
  assert.deepEqual(edits(), []);
  found();
  assert.equal(edits().length, 3);
});

test('a place with another text, or in a longer word, is left out; one in a closed file is not', () => {
  const { type, edits, change } = follow({ closed: [at(0, 4, 9)] });
  type('total', 'sum');
  change({ range: at(1, 12), text: 's' });
  change({ range: at(2, 7, 8), text: 'x' });
  assert.deepEqual(
    edits().map(({ path, range }) => `${path} ${range.start.line} ${range.start.character}`),
    ['src/a.ts 2 13', 'src/b.ts 0 4'],
  );
});

test('nothing is offered after a tool or undo, without a name, or when the declaration is gone', () => {
  const tool = follow();
  tool.change({ range: at(0, 6, 11), text: 'sum' }, { range: at(2, 6, 11), text: 'other' });
  assert.deepEqual(tool.edits(), []);

  const undone = follow();
  undone.type('total', 'sum');
  undone.name.changed(FILE, [{ range: at(0, 6, 9), text: 'total' }], undone.desk.text(FILE));
  undone.desk.change(FILE, [['sum', 'total']], { reason: 'undo' });
  assert.deepEqual(undone.edits(), []);

  const unnamed = follow();
  unnamed.change({ range: at(0, 6, 11), text: '{ a' });
  assert.deepEqual(unnamed.edits(), []);

  const gone = follow();
  gone.type('total', 'sum');
  gone.change({ range: { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } }, text: '' });
  assert.deepEqual(gone.edits(), []);
});

test('of edits of the same text, the one of the first list stays, even if it is not offered', () => {
  const { type, edits } = follow();
  type('total', 'sum');
  const [, second, third] = edits() as [never, ReturnType<typeof edits>[number], ReturnType<typeof edits>[number]];
  const repeated = { ...second, rule: 'repeated' };
  assert.deepEqual(joinEdits([[second], [repeated, { ...third, rule: 'repeated' }]], []), [
    second,
    { ...third, rule: 'repeated' },
  ]);
  assert.deepEqual(joinEdits([[second], [repeated]], [second.rule]), []);
});
