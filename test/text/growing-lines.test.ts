// The lines of a text that grows at its end are those of the whole text.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GrowingLines, LineReader } from '../../src/text/lexemes.ts';

test('lines are those of the text, whatever was read before', () => {
  const lines = new GrowingLines(new LineReader());
  const texts = ['', 'a', 'a\n', 'a\nb', 'a\nb\n\nc', 'a\nb\n\ncd\ne', 'a\nb\n\nc', 'a\n', 'x\ny', '\n', ''];
  for (const text of texts) {
    const expected = text === '' ? [] : text.split('\n');
    assert.deepEqual(
      lines.read(text).map((line) => line.text),
      expected,
      JSON.stringify(text),
    );
  }
});
