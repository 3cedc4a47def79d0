// Lines found by offset equal lines found by splitting, on unusual texts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as lines from '../../src/text/lines.ts';
import { oddTexts } from './odd-texts.ts';

test('line starts, line ends and the parts around the cursor agree with splitting', () => {
  for (const { text, cursor } of oddTexts(500, 1)) {
    const [prefix, suffix] = [text.slice(0, cursor), text.slice(cursor)];
    const before = prefix.split('\n').at(-1) as string;
    const after = suffix.split('\n')[0] as string;
    assert.equal(lines.lineStart(text, cursor), cursor - before.length);
    assert.equal(lines.lineEnd(text, cursor), cursor + after.length);
    assert.equal(lines.lineBefore(prefix), before.slice(-2000));
    assert.equal(lines.lineAfter(suffix), after.slice(0, 2000));
    assert.equal(lines.lineNumber(text, cursor), prefix.split('\n').length - 1);
    assert.equal(lines.withoutLastLine(prefix), prefix.split('\n').slice(0, -1).join('\n'));
    for (const count of [1, 2, 6]) assert.deepEqual(lines.lastLines(prefix, count), prefix.split('\n').slice(-count));
  }
});

test('all lines are at their offsets and join to the text', () => {
  for (const { text } of oddTexts(200, 2)) {
    const all = lines.linesOf(text);
    assert.equal(all.map((line) => line.text).join('\n'), text);
    for (const { number, start, text: line } of all) {
      assert.ok(text.startsWith(line, start));
      assert.equal(lines.lineNumber(text, start), number);
    }
  }
});

test('finds the nearest lines with text above and below', () => {
  for (const { text, cursor } of oddTexts(500, 3)) {
    const [prefix, suffix] = [text.slice(0, cursor), text.slice(cursor)];
    const isWritten = (line: string) => line.trim() !== '';
    const above = prefix.split('\n').slice(0, -1).findLast(isWritten) ?? '';
    const below = suffix.split('\n').slice(1).filter(isWritten);
    assert.equal(lines.lineAbove(prefix, Number.POSITIVE_INFINITY), above.trimEnd());
    assert.deepEqual(lines.linesBelow(suffix, 2, Number.POSITIVE_INFINITY), below.slice(0, 2));
  }
});

test('the reach limits the text that is read on both sides', () => {
  const long = 'x'.repeat(5000);
  assert.equal(lines.lineStart(long, 5000, 100), 4900);
  assert.equal(lines.lineEnd(long, 1000, 100), 1100);
  assert.equal(lines.lineBefore(long).length, 2000);
  assert.equal(lines.lineAfter(long).length, 2000);
  assert.equal(lines.lineAbove(`a\n${'\n'.repeat(5000)}`), '');
  assert.deepEqual(lines.linesBelow(`${'\n'.repeat(5000)}a`, 1), []);
  assert.deepEqual(lines.lastLines(`${long}\nb`, 2, 10), ['xxxxxxxx', 'b']);
});

test('converts line ends to line feeds and back', () => {
  assert.equal(lines.toLineFeeds('old\rmac\r\n'), 'old\nmac\n');
  assert.equal(lines.fromLineFeeds('x\ny', true), 'x\r\ny');
  assert.equal(lines.fromLineFeeds('x\ny', false), 'x\ny');
  for (const { text } of oddTexts(200, 4)) {
    const fed = lines.toLineFeeds(text);
    assert.doesNotMatch(fed, /\r/);
    assert.equal(lines.toLineFeeds(lines.fromLineFeeds(fed, true)), fed);
  }
});
