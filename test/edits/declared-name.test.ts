// A declared name and its references: where they are after changes, and which edits a typed name makes of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeclaredName } from '../../src/edits/declared-name.ts';
import type { Replacement, TextSpan } from '../../src/edits/history/edit.ts';
import { Desk, offsetAt } from './support.ts';

const FILE = 'src/a.ts';
const CODE = 'const total = read();\nsend({ total });\nprint(total, total);\n';

const spansOf = (text: string, name: string): TextSpan[] =>
  [...text.matchAll(new RegExp(`\\b${name}\\b`, 'g'))].map(({ index: start }) => ({ start, end: start + name.length }));

/** A text in the place of a column, or of columns, of a line of the present text. */
type Change = readonly [line: number, column: number, text: string, end?: readonly [line: number, column: number]];

/** The declaration and references of `total`, and a journal of the same text. */
class Followed {
  readonly desk = new Desk({ [FILE]: CODE });
  readonly name: DeclaredName;
  private readonly places = spansOf(CODE, 'total');

  constructor() {
    this.name = new DeclaredName(FILE, 'total', this.places[0] as TextSpan);
  }

  find(closed: readonly TextSpan[] = []): this {
    const own = this.places.slice(1).map((span, i) => ({ path: FILE, ...span, prefix: i === 0 ? 'total: ' : '' }));
    const others = closed.map((span) => ({ path: 'src/b.ts', ...span, prefix: '' }));
    this.name.found([...own, ...others].map((each) => ({ ...each, line: 0, suffix: '' })));
    return this;
  }

  /** One event. */
  change(...changes: Change[]): this {
    const text = this.desk.text(FILE);
    const ranges = changes.map(([line, column, inserted, end]): Replacement => {
      const start = offsetAt(text, line, column);
      return { start, end: end ? offsetAt(text, ...end) : start, text: inserted };
    });
    return this.record(ranges);
  }

  record(ranges: readonly Replacement[], how: { readonly reason?: 'undo' } = {}): this {
    this.desk.time += 100;
    const change = this.desk.journal.record({ path: FILE, ranges, time: this.desk.time, ...how });
    if (change) this.name.changed(FILE, change);
    return this;
  }

  /** Another name is typed over the declaration, letter by letter. */
  rename(): this {
    const { start, end } = this.places[0] as TextSpan;
    this.record([{ start, end, text: 's' }]);
    for (const [i, text] of [...'um'].entries()) this.record([{ start: start + i + 1, end: start + i + 1, text }]);
    return this;
  }

  edits() {
    return this.name.edits(
      (path) => (path === FILE ? this.desk.text(FILE) : undefined),
      this.desk.journal.recentEdits(),
    );
  }

  /** Line, column and text of what is offered. */
  offered(): string[] {
    const text = this.desk.text(FILE);
    return this.edits().map(({ path, line, start, replacement }) =>
      path === FILE ? `${line} ${start - offsetAt(text, line, 0)} ${replacement}` : `${path} ${start} ${replacement}`,
    );
  }
}

const ALL = ['1 7 total: sum', '2 6 sum', '2 13 sum'];

test('offers the references of a declaration that was renamed by typing', () => {
  const followed = new Followed().find();
  assert.deepEqual(followed.offered(), []);
  followed.rename();
  assert.deepEqual(followed.offered(), ALL);
  const [{ origin, learnedFrom, removed, left } = assert.fail()] = followed.edits();
  assert.deepEqual([origin, removed, left], [{ kind: 'rename', name: 'total' }, 'total', 3]);
  assert.equal(learnedFrom[0]?.inserted, 'sum');
});

/** Events after the declaration was renamed to `sum`, and what is offered then: line, column, replacement. */
const events: readonly [what: string, events: readonly (readonly Change[])[], offered: readonly string[]][] = [
  [
    'follows lines and letters that were typed since',
    [[[0, 0, '// A comment\n\n']], [[4, 0, 'await ']]],
    ['3 7 total: sum', '4 12 sum', '4 19 sum'],
  ],
  ['follows a suggestion that replaces the line before the cursor', [[[0, 0, 'const sum = await ', [0, 12]]]], ALL],
  [
    'follows several changes of one event',
    [
      [
        [0, 0, '\n'],
        [2, 0, '  '],
        [2, 12, ' '],
      ],
    ],
    ['2 7 total: sum', '3 8 sum', '3 16 sum'],
  ],
  ['offers an applied shorthand no longer', [[[1, 7, 'total: sum', [1, 12]]]], ['2 6 sum', '2 13 sum']],
  ['does not take what is typed behind the new name for a part of it', [[[0, 9, ': number']]], ALL],
  [
    'offers an applied edit no longer, and moves the others',
    [[[2, 6, 'sum', [2, 11]]]],
    ['1 7 total: sum', '2 11 sum'],
  ],
  ['leaves out a place with another text, or in a longer word', [[[1, 12, 's']], [[2, 7, 'x', [2, 8]]]], ['2 13 sum']],
  ['offers nothing when the declaration is gone', [[[0, 0, '', [1, 0]]]], []],
  ['offers nothing while the new name is its old one', [[[0, 6, 'total', [0, 9]]]], []],
];
for (const [what, changes, offered] of events)
  test(what, () => {
    const followed = new Followed().find().rename();
    for (const each of changes) followed.change(...each);
    assert.deepEqual(followed.offered(), offered);
  });

test('a rename stays the same after each step, with fewer places', () => {
  const followed = new Followed().find().rename();
  const stepOf = () => followed.edits().map(({ rule, left }) => [rule, left])[0];
  const [rule] = stepOf() ?? [];
  followed.change([2, 6, 'sum', [2, 11]]);
  assert.deepEqual(stepOf(), [rule, 2]);
});

test('a name that grows, shrinks or is written anew is the new name', () => {
  const followed = new Followed().find().change([0, 11, 'Sum']);
  assert.equal(followed.edits()[1]?.replacement, 'totalSum');
  assert.deepEqual(followed.change([0, 6, '', [0, 14]]).edits(), []);
  assert.equal(followed.change([0, 6, 'count']).edits()[1]?.replacement, 'count');
  assert.deepEqual(followed.change([0, 6, 'total', [0, 11]]).edits(), []);
});

test('references that come after the first keys are those of the text before them', () => {
  const followed = new Followed().rename();
  assert.deepEqual(followed.edits(), []);
  assert.deepEqual(followed.find().offered(), ALL);
});

test('a place in a closed file is offered unseen', () => {
  const followed = new Followed().find([{ start: 4, end: 9 }]).rename();
  assert.deepEqual(followed.offered(), [...ALL, 'src/b.ts 4 sum']);
});

test('nothing is offered after a tool or undo, or without a name', () => {
  const tool = new Followed().find().change([0, 6, 'sum', [0, 11]], [2, 6, 'other', [2, 11]]);
  assert.deepEqual(tool.edits(), []);
  const undone = new Followed().find().rename();
  const start = CODE.indexOf('total');
  undone.record([{ start, end: start + 3, text: 'total' }], { reason: 'undo' });
  assert.deepEqual(undone.edits(), []);
  assert.deepEqual(
    new Followed()
      .find()
      .change([0, 6, '{ a', [0, 11]])
      .edits(),
    [],
  );
});
