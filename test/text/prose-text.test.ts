// What a suggestion in a sentence brings: words and terms, or only the end of a word.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bringsWord } from '../../src/text/prose-text.ts';

for (const [line, text, expected] of [
  ['Read the docu', 'mentation', false],
  ['Read the docu', 'mentation.', false],
  ['Read the docu', 'mentation first', true],
  ['Read the ', 'documentation', true],
  ['It is well-kn', 'own', false],
  ['It doesn', "'t", false],
  ['The Test', 'Client', true],
  ['Set the max', '_age', true],
  ['Ask Star', 'lette', true],
  ['Thi', 's', false],
  ['It ends. Thi', 's', false],
  ['> - Thi', 's', false],
] as const)
  test(`'${line}' + '${text}' ${expected ? 'brings a word or a term' : 'only ends a word'}`, () => {
    assert.equal(bringsWord(text, line), expected);
  });
