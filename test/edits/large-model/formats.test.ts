// The prompts of models that rewrite lines, as their makers trained them, and what is read of their replies.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { editPrompt, proposedEdit } from '../../../src/edits/large-model/prompt.ts';
import { infillOf, type ModelFacts, unknownModel } from '../../../src/llm/protocol/models.ts';
import { recentChange } from '../support.ts';

function factsOf(model: string, form: 'tokens' | 'fields' = 'tokens'): ModelFacts {
  const infill = infillOf(model, { path: '/completions', form });
  return { ...unknownModel, id: `llama.cpp@127.0.0.1:8080/${model}`, ...(infill && { infill }) };
}

const LINES = Array.from({ length: 30 }, (_, i) => `line ${i + 1}\n`);
const between = (from: number, to: number) => LINES.slice(from - 1, to).join('');
const TEXT = LINES.join('');
// In the 15th line.
const OFFSET = between(1, 14).length + 'line'.length;
const CHANGE = { ...recentChange('was', 'is', 'src/b.ts'), line: 3, above: 'over\n', below: 'under\n' };
const REQUEST = { path: 'src/a.ts', before: TEXT.slice(0, OFFSET), after: TEXT.slice(OFFSET), line: 0, lines: 30 };

function promptFor(model: string, { path = REQUEST.path, change = CHANGE } = {}) {
  const { user, infill } = editPrompt({ ...REQUEST, path, changes: [change] }, factsOf(model));
  assert.deepEqual(infill, { suffix: undefined });
  return user.map(({ text }) => text).join('');
}

const marked = (from: number, to: number, mark: string) => `${between(from, 14)}line${mark} 15\n${between(16, to)}`;

test('Sweep is shown the file, the changes, and ten lines around the cursor three times', () => {
  const expected = [
    `src/a.ts\n${TEXT}`,
    'src/b.ts.diff\noriginal:\nover\nwas\nunder\nupdated:\nover\nis\nunder\n',
    `original/src/a.ts:5:25\n${between(5, 25)}`,
    `current/src/a.ts:5:25\n${marked(5, 25, '<|cursor|>')}`,
    `updated/src/a.ts:5:25\n${between(5, 14)}`,
  ];
  assert.equal(promptFor('sweep-next-edit-1.5B'), expected.map((part) => `<|file_sep|>${part}`).join(''));
});

const HISTORY =
  '<filename>edit_history\n--- a/src/b.ts\n+++ b/src/b.ts\n@@ -3,3 +3,3 @@\n over\n-was\n+is\n under\n\n<filename>src/a.ts\n';

test('Zeta is shown the text below first', () => {
  const current = `<<<<<<< CURRENT\n${marked(5, 25, '<|user_cursor|>')}=======\n`;
  const second = `<[fim-suffix]>\n${between(26, 30)}<[fim-prefix]>${HISTORY}${between(1, 4)}${current}<[fim-middle]>`;
  assert.equal(promptFor('zeta-2'), second);
  const region = `<|marker_1|>\n${marked(10, 20, '<|user_cursor|>')}<|marker_2|>\n`;
  const newer = `<[fim-suffix]>\n${between(21, 30)}<[fim-prefix]>${HISTORY}${between(1, 9)}${region}<[fim-middle]>`;
  assert.equal(promptFor('zed-industries/zeta-2.1-Q8_0'), newer);
});

test('a mark of the form in a text, a path or a change is not shown', () => {
  for (const [model, mark] of [
    ['sweep-next-edit-1.5B', '<|file_sep|>'],
    ['zeta-2', '<[fim-middle]>'],
    ['zeta-2', '=======\n'],
    ['zeta-2.1', '<|marker_1|>'],
  ] as const) {
    assert.notEqual(promptFor(model), '');
    assert.equal(promptFor(model, { path: `a\n${mark}` }), '', mark);
    assert.equal(promptFor(model, { change: { ...CHANGE, before: mark } }), '', mark);
  }
});

const edited = (from: number, to: number) => between(from, to).replace('line 16', 'row 16');
const replies: readonly (readonly [what: string, model: string, reply: string, from?: number, to?: number])[] = [
  ['the lines behind the prefill', 'sweep-next-edit-1.5B', edited(15, 25), 5, 25],
  ['lines without the last line end', 'zeta-2', edited(5, 25).slice(0, -1), 5, 25],
  ['a cursor as no text', 'zeta-2', edited(5, 25).replace('row', 'row<|user_cursor|>'), 5, 25],
  ['the lines behind the first marker', 'zeta-2.1', `<|marker_1|>\n${edited(10, 20)}`, 10, 20],
  ['no edit in the same lines', 'sweep-next-edit-1.5B', between(15, 25)],
  ['no edit in nothing', 'zeta-2', 'NO_EDITS\n'],
  ['no edit behind a second first marker', 'zeta-2.1', '<|marker_1|><|marker_1|>'],
  ['no edit without a marker', 'zeta-2.1', edited(10, 20)],
];
for (const [what, model, reply, from, to] of replies)
  test(`reads ${what}`, () => {
    const place = { path: 'src/a.ts', text: TEXT, offset: OFFSET, changes: [CHANGE], newErrors: 0 };
    const edit = proposedEdit(reply, place, factsOf(model));
    const lines = from === undefined || to === undefined ? [] : [between(from, to), edited(from, to)];
    const expected = lines.map((side) => side.slice(0, -1));
    assert.deepEqual(edit === undefined ? [] : [edit.old, edit.new], expected);
    if (from !== undefined) assert.equal(edit?.line, from - 1);
  });

test('a server that applies its own template gets instructions', () => {
  const { infill, system } = editPrompt({ ...REQUEST, changes: [] }, factsOf('sweep-next-edit-1.5B', 'fields'));
  assert.deepEqual([infill, system.text !== ''], [undefined, true]);
});
