// The tokens of some lines of a text are those of the lines alone, with their offsets in the text.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TokenizedText, tokensOf } from '../../../src/workspace/edits/tokens.ts';

test('reads the lines around an offset, at the ends of the text, too', () => {
  const lines = ['', 'let a = 1;', '  call(a, "b")', '', '}', ''];
  const text = lines.join('\n');
  const document = new TokenizedText(text);
  let start = 0;
  for (const [number, line] of lines.entries()) {
    for (const reach of [0, 1, 2, 9]) {
      const first = Math.max(0, number - reach);
      const part = lines.slice(first, number + reach + 1).join('\n');
      const base = lines.slice(0, first).reduce((sum, { length }) => sum + length + 1, 0);
      assert.deepEqual(document.around(start + line.length, reach), tokensOf(part, base), `line ${number}, ${reach}`);
    }
    start += line.length + 1;
  }
});
