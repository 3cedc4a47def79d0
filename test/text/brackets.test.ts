// Brackets: what is open, what closes nothing, what an editor adds.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bracketBalance, brackets, closersFor, isOnlyClosers } from '../../src/text/brackets.ts';
import { oddTexts } from './odd-texts.ts';

test('open brackets and stray closers make up the balance', () => {
  for (const { text } of oddTexts(500, 6)) {
    const { open, strayClosers, quote } = brackets(text);
    assert.equal(open.length - strayClosers.length, bracketBalance(text));
    assert.equal(quote, '');
    for (const at of strayClosers) assert.match(text[at] as string, /[)\]}]/);
  }
});

test('with what an editor adds nothing is open', () => {
  for (const { text } of oddTexts(500, 7)) {
    const whole = brackets(text + closersFor(text, `"'\``), `"'\``);
    assert.deepEqual([whole.open, whole.quote], [[], '']);
  }
});

test('brackets are matched by kind, and not in strings', () => {
  assert.deepEqual(brackets('(]').strayClosers, [1]);
  assert.deepEqual(brackets(`f("(", '\\'(')`, `"'`), { open: [], strayClosers: [], quote: '' });
  assert.equal(brackets('f(`a\n(', '`').quote, '`');
  assert.equal(brackets('f("a\n', '"').quote, '');
});

test('only closers are brackets, commas and semicolons', () => {
  assert.ok(isOnlyClosers(' )],\n};') && !isOnlyClosers('') && !isOnlyClosers(') x'));
});
