// Which next edit is offered, what Tab does, what is typed of it, and when nothing is offered.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type NextEdit, nextEdit } from '../../src/edits/history/edit.ts';
import { type OfferedEdit, OfferedEdits } from '../../src/edits/offers.ts';
import { parseFromPanel } from '../../src/vscode/webview/protocol.ts';
import { offsetAt } from './support.ts';

const PATH = 'src/a.ts';
const found = {
  origin: { kind: 'repeats' },
  rule: 'rule',
  learnedFrom: [],
  left: 2,
  probability: 0.9,
  least: 0.7,
} as const;

/** An edit of the first or nth occurrence of a text. */
function editOf(text: string, removed: string, replacement: string, { nth = 0, path = PATH } = {}): NextEdit {
  let start = text.indexOf(removed);
  for (let i = 0; i < nth; i++) start = text.indexOf(removed, start + 1);
  return nextEdit({ path, text }, { start, end: start + removed.length, text: replacement }, found);
}

function insertionOf(text: string, after: string, inserted: string): NextEdit {
  const at = text.indexOf(after) + after.length;
  return nextEdit({ path: PATH, text }, { start: at, end: at, text: inserted }, found);
}

function offering(text: string, ...edits: NextEdit[]) {
  let now = 1000;
  const offered = new OfferedEdits(() => now);
  const offer = () => {
    const { ignored } = offered.shown;
    offered.offer(offered.isSilent ? [] : edits.filter(({ place }) => !ignored.includes(place)), () => text);
  };
  offer();
  const cursor = (line: number, column: number, path = PATH) => ({
    path,
    at: offsetAt(text, line, column),
    line,
    before: (text.split('\n')[line] as string).slice(0, column),
  });
  const at = (line: number, column: number) => offsetAt(text, line, column);
  return { offered, offer, cursor, at, wait: (ms: number) => (now += ms) };
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
  const { offered, cursor, at } = offering(code, ...[1, 2].map((nth) => editOf(code, 'total', 'sum', { nth })));
  assert.equal(offered.tabAction(cursor(1, 0)), 'indent');
  offered.applied([offered.current as never], at(1, 0));
  assert.equal(offered.tabAction(cursor(1, 0)), 'jump');
  offered.tabAction(cursor(0, 5));
  assert.equal(offered.tabAction(cursor(1, 0)), 'indent');
  offered.deletedAt(PATH, at(1, 0));
  assert.equal(offered.tabAction(cursor(1, 0)), 'jump');
});

test('the offer at the cursor comes first', () => {
  const { offered, cursor } = offering(
    code,
    editOf(code, 'total', 'sum', { nth: 1 }),
    editOf(code, 'total', 'sum', { nth: 2 }),
  );
  offered.prefer(cursor(3, 6));
  assert.equal(offered.current?.line, 3);
  offered.prefer(cursor(0, 0));
  assert.equal(offered.current?.line, 3);
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
  const actual = inOrder(offered).map(({ path, line }) => `${path} ${line}`);
  assert.deepEqual(actual, ['src/a.ts 2', 'src/a.ts 3', 'src/a.ts 0', 'src/b.ts 0', 'src/a.ts 2']);
});

test('the panel can send an offer’s id back, however long the edit is', () => {
  const text = `send('${'a'.repeat(500)}');\n`;
  const { offered } = offering(text, editOf(text, 'send', 'post'));
  assert.ok(parseFromPanel({ type: 'open', id: offered.current?.id }));
});

test('a growth is an insertion at one position, a replacement is none', () => {
  const text = 'call(a);\ncall(b);\n';
  const { offered } = offering(text, editOf(text, '(b)', '(b, true)'), editOf(text, 'call', 'run'));
  const insertions = inOrder(offered).map(({ insertion }) => insertion);
  assert.deepEqual(insertions, [undefined, { at: offsetAt(text, 1, 6), text: ', true' }]);
});

test('an insertion of a whole line begins at the end of the line above and follows the user’s own keys', () => {
  const text = 'add({\n  a: 1,\n});\n';
  const { offered, at } = offering(text, insertionOf(text, '  a: 1,\n', '  b: 2,\n'));
  const start = at(1, 7);
  const rest = (after: number) => offered.insertionAt({ path: PATH, at: start + after })?.text;
  assert.deepEqual(offered.current?.insertion, { at: start, text: '\n  b: 2,' });
  assert.equal(rest(0), '\n  b: 2,');
  offered.inserted(PATH, start, '\n  ');
  offered.withdraw();
  assert.equal(rest(3), 'b: 2,');
  offered.inserted(PATH, start + 3, 'b');
  assert.equal(rest(4), ': 2,');
  offered.inserted(PATH, start + 4, 'x');
  assert.equal(rest(5), undefined);
});

test('lines that begin like the line below them are inserted as whole lines', () => {
  const text = 'switch (shape) {\n  case Shape.Square:\n    return 4;\n}\n';
  const { offered } = offering(text, editOf(text, '  case Shape.Square:', '  case Shape.Star:\n  case Shape.Square:'));
  assert.deepEqual(offered.current?.insertion, { at: offsetAt(text, 0, 16), text: '\n  case Shape.Star:' });
});

test('what does not fit into its line is shown as whole lines below those that it replaces', () => {
  const text = 'go {\n  a = one(1);\n  b = two(2);\n}\n';
  const { offered, cursor, at } = offering(text, editOf(text, 'one(1);\n  b = two', 'six(1);\n  c = 3;\n  b = ten'));
  const lines = '\n  a = six(1);\n  c = 3;\n  b = ten(2);';
  assert.deepEqual(offered.current?.lines, { at: at(2, 13), text: lines, old: { start: at(1, 2), end: at(2, 13) } });
  assert.equal(offered.insertionAt(cursor(2, 13))?.text, lines);
  assert.equal(offered.tabAction(cursor(1, 8)), 'jump');
  assert.equal(offered.tabAction(cursor(2, 13)), 'apply');
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
    const lineAt = (offset: number) => text.slice(0, offset).split('\n').length - 1;
    const old = lines?.old && [lineAt(lines.old.start), lineAt(lines.old.end)];
    assert.deepEqual(lines && { old, text: lines.text }, shown);
  });

test('after another change, no insertion is offered at its old place until the next search', () => {
  const { offered, offer, cursor, at } = offering(code, insertionOf(code, '\n\n', 'await '));
  const old = cursor(2, 0);
  assert.equal(offered.insertionAt(old)?.text, 'await ');
  offered.inserted(PATH, at(1, 0), '\n');
  assert.equal(offered.insertionAt(old), undefined);
  offered.inserted(PATH, old.at, 'aw');
  assert.equal(offered.insertionAt(cursor(2, 2)), undefined);
  offer();
  assert.equal(offered.insertionAt(old)?.text, 'await ');
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
