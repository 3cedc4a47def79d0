// Brackets: open ones, closers without an opener, and closers that an editor inserts. Indents in any unit.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bracketBalance,
  brackets,
  closersFor,
  closersWritten,
  insertedClosers,
  isOnlyClosers,
} from '../../src/text/line-state.ts';
import * as indents from '../../src/text/lines.ts';
import { oddTexts } from './odd-texts.ts';

test('the balance is the open brackets minus the stray closers', () => {
  for (const { text } of oddTexts(500, 6)) {
    const { open, strayClosers, quote } = brackets(text);
    assert.equal(open.length - strayClosers.length, bracketBalance(text));
    assert.equal(quote, '');
    for (const at of strayClosers) assert.match(text[at] as string, /[)\]}]/);
  }
});

test('all brackets are closed after an editor inserts its closers', () => {
  for (const { text } of oddTexts(500, 7)) {
    const whole = brackets(text + closersFor(text, `"'\``), `"'\``);
    assert.deepEqual([whole.open, whole.quote], [[], '']);
  }
});

test('pairs brackets by kind and outside strings', () => {
  assert.deepEqual(brackets('(]').strayClosers, [1]);
  assert.deepEqual(brackets(`f("(", '\\'(')`, `"'`), { open: [], strayClosers: [], quote: '' });
  assert.equal(brackets('f(`a\n(', '`').quote, '`');
  assert.equal(brackets('f("a\n', '"').quote, '');
});

test('a text of closing brackets, commas and semicolons has only closers', () => {
  assert.ok(isOnlyClosers(' )],\n};') && !isOnlyClosers('') && !isOnlyClosers(') x'));
});

test("takes closers after the cursor as the editor's if they close exactly what the line opened", () => {
  const behind = (before: string, after: string) => insertedClosers(before, after, `"'`);
  assert.equal(behind('call(', ')'), ')');
  assert.equal(behind('call({ a: [', ']}) '), ']})');
  assert.equal(behind('call("', '")'), '")');
  for (const [before, after] of [
    ['call(', ''],
    ['call(', ');'],
    ['call(other(', ')'],
    ['call', ')'],
  ] as const)
    assert.equal(behind(before, after), '', before + after);
});

test('counts the inserted closers that a text writes itself', () => {
  const written = (before: string, text: string) =>
    closersWritten(insertedClosers(before, closersFor(before, '"'), '"'), before, text, '"');
  assert.equal(written('call(other(', 'a'), 0);
  assert.equal(written('call(other(', 'a), b'), 1);
  assert.equal(written('call(other(', 'a), b);'), 2);
  assert.equal(written('call("', 'text", b'), 1);
  assert.equal(written('if (err := call(', 'b)) {\n  fail(err)'), 2);
  // A bracket that the text closes and opens again still needs the inserted closer.
  assert.equal(written('call(', 'a)(b'), 0);
});

test('measures indents in characters, and in columns with a tab width', () => {
  assert.equal(indents.indentOf('\t  x'), '\t  ');
  assert.equal(indents.indentLength('\t  x'), 3);
  assert.equal(indents.indentColumns('\t  x'), 6);
  assert.equal(indents.indentWidth('\t  x', '  '), 4);
  assert.equal(indents.indentWidth('\t  x', '\t'), 6);
  for (const { text } of oddTexts(300, 5)) {
    const line = text.split('\n')[0] as string;
    assert.ok(line.startsWith(indents.indentOf(line)));
    assert.ok(indents.indentLength(line) >= indents.indentOf(line).length);
    assert.equal(indents.indentColumns(line, 1), indents.indentOf(line).length);
    assert.equal(indents.indentWidth(indents.indentFor(8, '  '), '  '), 8);
    assert.equal(indents.indentWidth(indents.indentFor(8, '\t'), '\t'), 8);
  }
});

test('the indent unit is a tab or the narrowest indent', () => {
  assert.equal(indents.indentUnitOf('a\n\tb'), '\t');
  assert.equal(indents.indentUnitOf('a\n    b\n  c'), '  ');
  assert.equal(indents.indentUnitOf(''), '    ');
});

test('replaces the indent unit of all lines but the first', () => {
  assert.deepEqual(indents.withIndentUnit(['\tf(', '\ta', '\t\tb'], '  '), ['\tf(', '  a', '    b']);
  assert.deepEqual(indents.withIndentUnit(['f(', '  a', '    b'], '\t'), ['f(', '\ta', '\t\tb']);
  assert.deepEqual(indents.withIndentUnit(['f(', '  a'], '    '), ['f(', '  a']);
});
