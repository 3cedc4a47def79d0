// Functions and their comments, found and written in the form of each language: by its grammar, and by indents where it
// has none.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { docCommentOf, docEdit, docFormOf } from '../../../src/text/doc-comments.ts';
import { functionAt, functionsIn, functionTexts } from '../../../src/text/syntax/functions.ts';

/**
 * Of a document whose comment stands between « and »: names, what is read of it, and the document once it is written
 * anew.
 */
async function roundTrip(languageId: string, marked: string) {
  const [before = '', comment = '', after = ''] = marked.split(/[«»]/);
  const text = before + comment + after;
  const form = docFormOf(languageId);
  assert.ok(form);
  const functions = await functionsIn(languageId, text);
  const documented = functions.flatMap((each) => {
    const doc = docCommentOf(form, text, each);
    return doc ? [{ name: each.name, doc }] : [];
  });
  assert.equal(documented.length, 1, `${languageId}: ${functions.map(({ name }) => name)}`);
  const { name, doc } = documented[0] as (typeof documented)[number];
  const bare = before + after;
  const target = (await functionsIn(languageId, bare)).find((each) => each.name === name);
  assert.ok(target, languageId);
  const edit = docEdit(form, doc.prose, bare, target);
  assert.ok(edit, languageId);
  return { name, prose: doc.prose, written: bare.slice(0, edit.at) + edit.insert + bare.slice(edit.at), text };
}

const cases: readonly [languageId: string, name: string, prose: string, marked: string][] = [
  [
    'typescript',
    'add',
    'Adds two numbers.',
    'const one = 1;\n\n«/** Adds two numbers. */\n»export function add(a: number, b: number) {\n  return a + b;\n}\n',
  ],
  [
    'typescript',
    'add',
    'Adds.\n\n@param a one',
    'class A {\n  «/**\n   * Adds.\n   *\n   * @param a one\n   */\n  »async add(a: number) {}\n}\n',
  ],
  ['typescriptreact', 'Row', 'A row.', '«/** A row. */\n»export const Row = () => <b />;\n'],
  ['javascript', 'f', 'Does it.', '«/** Does it. */\n»async function f() {}\n'],
  [
    'python',
    'f',
    'Does it.',
    'class A:\n    @property\n    def f(self):\n        «"""Does it."""\n        »return 1\n',
  ],
  [
    'python',
    'f',
    'Does it.\n\nTwice.',
    'def f(a,\n      b):\n    «"""Does it.\n\n    Twice.\n    """\n    »return 1\n',
  ],
  ['go', 'Add', 'Add adds.\nTwice.', 'package a\n\n«// Add adds.\n// Twice.\n»func (a *A) Add() {}\n'],
  ['rust', 'add', 'Adds.', 'impl A {\n    «/// Adds.\n    »#[inline]\n    pub fn add(&self) {}\n}\n'],
  ['java', 'add', 'Adds.', 'class A {\n    «/** Adds. */\n    »@Override\n    public int add() { return 1; }\n}\n'],
  [
    'csharp',
    'Add',
    'Adds.',
    'class A {\n    «/// <summary>\n    /// Adds.\n    /// </summary>\n    »public int Add() { return 1; }\n}\n',
  ],
  ['cpp', 'add', 'Adds.', '«/** Adds. */\n»template <class T>\nT *add(T *a) { return a; }\n'],
  ['php', 'add', 'Adds.', '<?php\n«/** Adds. */\n»function add($a) { return $a; }\n'],
  ['ruby', 'add', 'Adds.', 'class A\n  «# Adds.\n  »def add(a)\n    a\n  end\nend\n'],
  ['shellscript', 'add', 'Adds.', '«# Adds.\n»add() {\n  echo 1\n}\n'],
  [
    'kotlin',
    'add',
    'Adds.',
    'class A {\n    «/** Adds. */\n    »private fun add(a: Int): Int {\n        return a\n    }\n}\n',
  ],
  ['lua', 'add', 'Adds.', '«--- Adds.\n»local function add(a)\n  return a\nend\n'],
];

for (const [languageId, name, prose, marked] of cases)
  test(`a comment is read, taken away and written again: ${languageId}, ${JSON.stringify(prose)}`, async () => {
    const { text, ...found } = await roundTrip(languageId, marked);
    assert.deepEqual(found, { name, prose, written: text });
  });

test('escapes ends of comments in the prose, and moves a body after the colon to its own line', async () => {
  const write = async (languageId: string, text: string, prose: string) => {
    const [target] = await functionsIn(languageId, text);
    const form = docFormOf(languageId);
    assert.ok(target && form);
    const edit = docEdit(form, prose, text, target);
    return edit && text.slice(0, edit.at) + edit.insert + text.slice(edit.at);
  };
  assert.equal(await write('typescript', 'function f() {}\n', 'a */ b'), '/** a * / b */\nfunction f() {}\n');
  const expected = 'def f(): \n    """a \'\'\' b"""\n    return 1\n';
  assert.equal(await write('python', 'def f(): return 1\n', 'a """ b'), expected);
  const actual = await write('python', 'def f():\n    return 1\n', 'Says "a"');
  assert.equal(actual, 'def f():\n    """Says "a" """\n    return 1\n');
});

test('ends a function without a grammar after the closing line of its language only', async () => {
  const ends = async (languageId: string, text: string) =>
    (await functionsIn(languageId, text)).map(({ start, end }) => text.slice(start, end));
  assert.deepEqual(await ends('lua', 'function f()\n  g()\nend\nh()\n'), ['function f()\n  g()\nend']);
  assert.deepEqual(await ends('gdscript', 'func f():\n\tg()\nend = 1\n'), ['func f():\n\tg()']);
});

test('finds the innermost function at an offset', async () => {
  const text = 'function outer() {\n  const inner = () => {\n    return 1;\n  };\n}\n\nlet x;\n';
  const functions = await functionsIn('typescript', text);
  const at = (part: string) => functionAt(functions, text, text.indexOf(part))?.name;
  assert.deepEqual(['return', 'function outer', '};', 'let x'].map(at), ['inner', 'outer', 'inner', undefined]);
});

test('returns the code without its comment and outer indent', async () => {
  const text =
    'class A:\n    def f(self):\n        """Does it."""\n        return 1\n\n    def g(self):\n        pass\n';
  assert.deepEqual(await functionTexts('python', text), [
    { text: 'def f(self):\n    return 1', label: 'Does it.' },
    { text: 'def g(self):\n    pass' },
  ]);
  assert.deepEqual(await functionTexts('json', '{}'), []);
});
