// Indents in characters, in columns, and in the document's indent unit.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as indents from '../../src/text/indents.ts';
import { oddTexts } from './odd-texts.ts';

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
