// What is known before a large model is asked: the lines that it would see, and how likely it would write what follows.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecentChange } from '../../../src/edits/history/edit.ts';
import { type EditedPlace, windowOf } from '../../../src/edits/large-model/place.ts';
import { followUp, followUpFeatures } from '../../../src/edits/large-model/worth.ts';
import { recentChange as change } from '../support.ts';

interface Around {
  readonly above?: string;
  readonly earlier?: readonly RecentChange[];
  readonly newErrors?: number;
}

/** After a change of some lines, at whose end the cursor is. */
function place(before: string, after: string, below = '', { above = '', earlier = [], newErrors = 0 }: Around = {}) {
  const text = `${above}${after}\n${below}\n`;
  const changes = [...earlier, change(before, after)];
  return { path: 'src/a.ts', text, offset: above.length + after.length, changes, newErrors } satisfies EditedPlace;
}

test('the window is 45 lines above the cursor’s and 55 below, or what the file has of them', () => {
  const lines = Array.from({ length: 300 }, (_, i) => `line ${i}`);
  const text = lines.join('\n');
  const shown = (offset: number, of = text) => {
    const { start, end } = windowOf({ text: of, offset });
    return of.slice(start, end);
  };
  const from = (first: number, last: number) => lines.slice(first, last + 1).join('\n');
  assert.equal(shown(0), from(0, 55));
  assert.equal(shown(text.indexOf('\nline 46') + 1), from(1, 101));
  assert.equal(shown(text.length), from(254, 299));
  assert.equal(shown(text.length + 1, `${text}\n`), `${from(255, 299)}\n`);
  assert.deepEqual([shown(0, ''), shown(1, '\n'), shown(2, 'a\nb')], ['', '\n', 'a\nb']);
});

const renamed = (below: string, around?: Around) => place('const total = 1;', 'const sum = 1;', below, around);
const called = (below: string) => place('read(text, wide);', 'load(text, wide);', below);
const typed = (after: string, below: string, ...earlier: RecentChange[]) => place('', after, below, { earlier });
const rename = change('const total = 1;', 'const sum = 1;');
const call = change('read(text, wide);', 'load(text, wide);');
const elsewhere = change('', 'b;', 'b.ts');
/** For each row of the table two places: of the second one the feature is higher. */
const pairs: readonly (readonly [feature: string, lower: EditedPlace, higher: EditedPlace])[] = [
  ['a deletion', place('x;', 'a;'), place('x;', '')],
  ['inserted lines', typed('a;', ''), typed('a;\nb;', '')],
  ['one line for one', place('', 'a;'), place('x;', 'a;')],
  ['a signature', place('load();', 'load(a);'), place('function load() {', 'function load(a) {')],
  ['an import', typed('one;', ''), typed("import one from 'one';", '')],
  ['lines below with a removed name', renamed('subtotal();'), renamed('print(total);')],
  ['lines above with a removed name', renamed('', { above: 'totals;\n' }), renamed('', { above: 'total;\n' })],
  ['lines below with a name removed earlier', typed('a;', 'sum;', rename), typed('a;', 'total;', rename)],
  ['lines below with a name added earlier', typed('a;', 'total;', rename), typed('a;', 'sum;', rename)],
  ['names added earlier that are used', typed('f(one);', '', rename), typed('f(sum);', '', rename)],
  ['nearness of a new name below', renamed('\n\nsum;'), renamed('sum;')],
  ['likeness of the old line to one below', called('write();'), called('read(text, high);')],
  ['likeness of an earlier old line', typed('a;', 'write();', call), typed('a;', 'read(text, high);', call)],
  ['earlier changes in the file', typed('a;', '', elsewhere), typed('a;', '', rename)],
  ['the change before was in the file', typed('a;', '', rename, elsewhere), typed('a;', '', elsewhere, rename)],
];
for (const [i, [feature, lower, higher]] of pairs.entries())
  test(`feature ${i + 1} is ${feature}`, () => {
    const [before, after] = [followUpFeatures(lower), followUpFeatures(higher)];
    assert.equal(after.length, pairs.length);
    assert.ok((after[i] as number) > (before[i] as number), `${before[i]} < ${after[i]}`);
  });

test('knows signatures and imports of several languages, and no calls', () => {
  const rows = [
    [3, 'def load(self):¦pub fn load(path: &str) {¦func (s *Store) load(a int) {¦  async load(a): Promise<A> {', 1],
    [3, 'load(a);¦  return load(a);¦const load = 1;¦// a function', 0],
    [4, 'from a import b¦\n  import a¦use std::fs;¦export { a } from "a";¦const a = require("a");', 1],
    [4, 'important();¦from = 1¦used();', 0],
  ] as const;
  for (const [feature, lines, value] of rows)
    for (const line of lines.split('¦')) assert.equal(followUpFeatures(place('x', line))[feature], value, line);
});

test('new errors count as lines below with a removed name, and the larger number of both counts', () => {
  const below = (text: string, newErrors: number) => followUpFeatures(renamed(text, { newErrors }))[5];
  assert.equal(below('', 1), below('total;', 0));
  assert.equal(below('total;', 2), below('total;\ntotal;', 0));
  assert.equal(below('total;\ntotal;', 1), below('total;\ntotal;', 0));
});

test('the estimate is 0 without changes, else a probability, higher where a removed name stands below', () => {
  const unfinished = renamed('send(total);\nprint(total);');
  assert.equal(followUp({ ...unfinished, changes: [] }), 0);
  assert.ok(followUp(unfinished) > followUp(renamed('send(list);\nprint(list);')));
  for (const one of [...pairs.flatMap(([, lower, higher]) => [lower, higher]), place('', '')]) {
    const p = followUp(one);
    assert.ok(p > 0 && p < 1, `${p}`);
  }
});

test('a file of 400,000 characters ends, in one line and in many, after long changes', () => {
  const names = Array.from({ length: 500 }, (_, i) => `name${i}`).join(' ');
  const earlier = [change('', names), rename, change(names, '')];
  for (const line of ['total(', 'a b ', '() => {', 'total\n', '\n', ' ']) {
    const half = line.repeat(200_000 / line.length);
    assert.ok(followUp(place('alpha beta('.repeat(360), names, half, { above: `${half}\n`, earlier })) > 0);
    assert.ok(followUp({ ...place('', `${half}${half}`, '', { earlier }), offset: 200_000 }) > 0);
  }
});
