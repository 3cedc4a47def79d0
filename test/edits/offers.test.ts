// Which next edit is offered, what Tab does, what is typed of it, when nothing is offered, and where the hint stands.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type NextEdit, positionOf } from '../../src/edits/history/edit.ts';
import { type OfferedEdit, OfferedEdits } from '../../src/edits/offers.ts';
import { hintPlace } from '../../src/vscode/edits/hint-place.ts';
import { parseFromPanel } from '../../src/vscode/webview/protocol.ts';

const PATH = 'src/a.ts';

/** An edit of the first or nth occurrence of a text. */
function editOf(text: string, removed: string, replacement: string, { nth = 0, path = PATH } = {}): NextEdit {
  let at = text.indexOf(removed);
  for (let i = 0; i < nth; i++) at = text.indexOf(removed, at + 1);
  const range = { start: positionOf(text, at), end: positionOf(text, at + removed.length) };
  return {
    path,
    range,
    removed,
    replacement,
    rule: 'rule',
    place: 'place',
    learnedFrom: [],
    left: 2,
    probability: 0.9,
  };
}

function insertionOf(text: string, after: string, inserted: string): NextEdit {
  const at = positionOf(text, text.indexOf(after) + after.length);
  return { ...editOf(text, after, ''), range: { start: at, end: at }, removed: '', replacement: inserted };
}

function offering(text: string, ...edits: NextEdit[]) {
  let now = 1000;
  const offered = new OfferedEdits(() => now);
  const offer = () => offered.offer(edits, () => text);
  offer();
  const cursor = (line: number, character: number, path = PATH) => ({
    path,
    position: { line, character },
    before: (text.split('\n')[line] as string).slice(0, character),
  });
  return { offered, offer, cursor, wait: (ms: number) => (now += ms) };
}

/** What is offered when each offer is applied. */
function inOrder(offered: OfferedEdits): OfferedEdit[] {
  const offers: OfferedEdit[] = [];
  for (let next = offered.current; next; next = offered.current) {
    offers.push(next);
    offered.applied([next]);
  }
  return offers;
}

const code = 'const total = 1;\n\n  send(total);\nprint(total);\n';

test('Tab jumps from anywhere in a line’s text, and applies at the edit', () => {
  const { offered, cursor } = offering(code, editOf(code, 'total', 'sum', { nth: 1 }));
  assert.equal(offered.tabAction(cursor(0, 16)), 'jump');
  assert.equal(offered.tabAction(cursor(2, 7)), 'apply');
  assert.equal(offered.tabAction(cursor(2, 12)), 'apply');
  assert.equal(offered.tabAction(cursor(2, 13)), 'jump');
  assert.equal(offered.tabAction(cursor(2, 9, 'src/b.ts')), 'jump');
});

test('Tab indents before a line’s text, but not after a jump there', () => {
  const { offered, cursor } = offering(code, editOf(code, '  send(total);\n', ''));
  assert.equal(offered.tabAction(cursor(1, 0)), 'indent');
  assert.equal(offered.tabAction(cursor(2, 0)), 'indent');
  offered.jumped(offered.current as never);
  assert.equal(offered.tabAction(cursor(2, 0)), 'apply');
  offered.tabAction(cursor(0, 4));
  assert.equal(offered.tabAction(cursor(2, 0)), 'indent');
});

test('Tab jumps on in front of a line’s text after an applied edit or a deletion, until the cursor moves', () => {
  const { offered, cursor } = offering(code, ...[1, 2].map((nth) => editOf(code, 'total', 'sum', { nth })));
  assert.equal(offered.tabAction(cursor(1, 0)), 'indent');
  offered.applied([offered.current as never], { line: 1, character: 0 });
  assert.equal(offered.tabAction(cursor(1, 0)), 'jump');
  offered.tabAction(cursor(0, 5));
  assert.equal(offered.tabAction(cursor(1, 0)), 'indent');
  offered.deletedAt(PATH, { line: 1, character: 0 });
  assert.equal(offered.tabAction(cursor(1, 0)), 'jump');
});

test('the offer at the cursor comes first', () => {
  const { offered, cursor } = offering(
    code,
    editOf(code, 'total', 'sum', { nth: 1 }),
    editOf(code, 'total', 'sum', { nth: 2 }),
  );
  offered.prefer(cursor(3, 6));
  assert.equal(offered.current?.range.start.line, 3);
  offered.prefer(cursor(0, 0));
  assert.equal(offered.current?.range.start.line, 3);
});

test('the edits of the best rule come first, from the cursor down, then from above, then of other files', () => {
  const edits = [
    editOf(code, 'total', 'sum', { nth: 2 }),
    { ...editOf(code, 'send', 'post'), rule: 'other' },
    editOf(code, 'total', 'sum', { path: 'src/b.ts' }),
    editOf(code, 'total', 'sum', { nth: 0 }),
    editOf(code, 'total', 'sum', { nth: 1 }),
  ];
  const { offered, cursor } = offering(code);
  offered.offer(edits, () => code, cursor(1, 0));
  assert.deepEqual(
    inOrder(offered).map(({ path, range }) => `${path} ${range.start.line}`),
    ['src/a.ts 2', 'src/a.ts 3', 'src/a.ts 0', 'src/b.ts 0', 'src/a.ts 2'],
  );
});

test('the panel can send an offer’s id back, however long the edit is', () => {
  const text = `send('${'a'.repeat(500)}');\n`;
  const { offered } = offering(text, editOf(text, 'send', 'post'));
  assert.ok(parseFromPanel({ type: 'open', id: offered.current?.id }));
});

test('a growth is an insertion at one position, a replacement is none', () => {
  const text = 'call(a);\ncall(b);\n';
  const { offered } = offering(text, editOf(text, '(b)', '(b, true)'), editOf(text, 'call', 'run'));
  assert.deepEqual(
    inOrder(offered).map(({ insertion }) => insertion),
    [undefined, { at: { line: 1, character: 6 }, text: ', true' }],
  );
});

test('an insertion of a whole line begins at the end of the line above and follows the user’s own keys', () => {
  const text = 'add({\n  a: 1,\n});\n';
  const { offered } = offering(text, insertionOf(text, '  a: 1,\n', '  b: 2,\n'));
  assert.deepEqual(offered.current?.insertion, { at: { line: 1, character: 7 }, text: '\n  b: 2,' });
  assert.equal(offered.insertionAt(PATH, { line: 1, character: 7 })?.text, '\n  b: 2,');
  offered.inserted(PATH, { line: 1, character: 7 }, '\n  ');
  offered.withdraw();
  assert.equal(offered.insertionAt(PATH, { line: 2, character: 2 })?.text, 'b: 2,');
  offered.inserted(PATH, { line: 2, character: 2 }, 'b');
  assert.equal(offered.insertionAt(PATH, { line: 2, character: 3 })?.text, ': 2,');
  offered.inserted(PATH, { line: 2, character: 3 }, 'x');
  assert.equal(offered.insertionAt(PATH, { line: 2, character: 4 }), undefined);
});

test('lines that begin like the line below them are inserted as whole lines', () => {
  const text = 'switch (shape) {\n  case Shape.Square:\n    return 4;\n}\n';
  const { offered } = offering(text, editOf(text, '  case Shape.Square:', '  case Shape.Star:\n  case Shape.Square:'));
  assert.deepEqual(offered.current?.insertion, { at: { line: 0, character: 16 }, text: '\n  case Shape.Star:' });
});

test('what does not fit into its line is shown as whole lines below those that it replaces', () => {
  const text = 'go {\n  a = one(1);\n  b = two(2);\n}\n';
  const { offered } = offering(text, editOf(text, 'one(1);\n  b = two', 'six(1);\n  c = 3;\n  b = ten'));
  const [at, start] = [
    { line: 2, character: 13 },
    { line: 1, character: 2 },
  ];
  const lines = '\n  a = six(1);\n  c = 3;\n  b = ten(2);';
  assert.deepEqual(offered.current?.lines, { at, text: lines, old: { start, end: at } });
  assert.equal(offered.insertionAt(PATH, at)?.text, lines);
  assert.equal(offered.tabAction({ path: PATH, position: { line: 1, character: 8 }, before: '  a = on' }), 'jump');
  assert.equal(offered.tabAction({ path: PATH, position: at, before: '  b = two(2);' }), 'apply');
});

for (const [what, removed, replacement, shown] of [
  ['whole lines with their end', 'b = 2;\n', 'b = 3;\nc = 4;\n', { old: [1, 1], text: '\nb = 3;\nc = 4;' }],
  ['two lines by one', 'a = 1;\nb = 2;', 'a = 3;', { old: [0, 1], text: '\na = 3;' }],
  ['a line before the first one', 'a = 1;', 'x = 0;\na = 1;', { old: undefined, text: 'x = 0;\n' }],
  ['a word', '1', '7', undefined],
  ['lines that only go', 'a = 1;\nb = 2;\n', '', undefined],
] as const)
  test(`lines of their own: ${what}`, () => {
    const text = 'a = 1;\nb = 2;\n';
    const { offered } = offering(text, editOf(text, removed, replacement));
    const { lines } = offered.current as OfferedEdit;
    const old = lines?.old && [lines.old.start.line, lines.old.end.line];
    assert.deepEqual(lines && { old, text: lines.text }, shown);
  });

test('after another change, no insertion is offered at its old position until the next search', () => {
  const { offered, offer } = offering(code, insertionOf(code, '\n\n', 'await '));
  const old = { line: 2, character: 0 };
  assert.equal(offered.insertionAt(PATH, old)?.text, 'await ');
  offered.inserted(PATH, { line: 1, character: 0 }, '\n');
  assert.equal(offered.insertionAt(PATH, old), undefined);
  offered.inserted(PATH, old, 'aw');
  assert.equal(offered.insertionAt(PATH, { line: 2, character: 2 }), undefined);
  offer();
  assert.equal(offered.insertionAt(PATH, old)?.text, 'await ');
});

test('a dismissed edit is not offered again, and after two in a row nothing is for ten minutes', () => {
  const { offered, offer, wait } = offering(code, ...[0, 1, 2].map((nth) => editOf(code, 'total', 'sum', { nth })));
  offered.dismiss();
  assert.equal(offered.current, undefined);
  offer();
  assert.equal(offered.alike.length, 2);
  offered.dismiss();
  offer();
  assert.equal(offered.current, undefined);
  wait(10 * 60_000);
  offer();
  assert.equal(offered.alike.length, 1);
});

test('an applied edit ends a row of dismissals', () => {
  const { offered, offer } = offering(code, ...[0, 1, 2].map((nth) => editOf(code, 'total', 'sum', { nth })));
  offered.dismiss();
  offer();
  offered.applied([offered.current as never]);
  assert.equal(offered.alike.length, 1);
  offered.dismiss();
  assert.ok(!offered.isSilent);
});

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
