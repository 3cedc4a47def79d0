// Windows round a cursor: how much they hold, where they begin, that a key does not move them, and that they cut no character.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uniforms } from '../../src/common/statistics/random.ts';
import { boundaryBefore, headOf, lineStartFrom, steppedWindow, windowStart } from '../../src/text/windows.ts';
import { oddTexts } from './odd-texts.ts';

const limits = { reach: 400, step: 100 };
const isCut = (text: string, at: number) => !text.slice(0, at).isWellFormed() || !text.slice(at).isWellFormed();

test('the window before a cursor is at most two steps shorter than its limit, and begins at a line start within a step', () => {
  for (const { text, cursor } of oddTexts(500, 11)) {
    const start = windowStart(text, cursor, limits);
    assert.ok(start >= 0 && start <= cursor);
    if (cursor <= limits.reach) assert.equal(start, 0);
    assert.ok(cursor - start <= limits.reach);
    if (start === 0) continue;
    assert.ok(cursor - start > limits.reach - 2 * limits.step);
    assert.ok(!isCut(text, start));
    const edge = Math.ceil((cursor - limits.reach) / limits.step) * limits.step;
    const isNear = text.slice(edge - 1, edge + limits.step).includes('\n');
    if (isNear) assert.equal(text[start - 1], '\n');
  }
});

test('a keystroke moves the window only once per step', () => {
  const text = 'some words\n'.repeat(500);
  let moves = 0;
  for (let at = 1000; at < 3000; at++) {
    if (windowStart(text, at, limits) !== windowStart(text, at - 1, limits)) moves++;
  }
  assert.equal(moves, 20);
});

test('a single huge line does not shrink the window', () => {
  for (const text of ['x'.repeat(5000), `${'x'.repeat(4999)}\n`]) {
    assert.equal(windowStart(text, 5000, limits), 4600);
    assert.equal(headOf(text, 400).length, 400);
  }
});

test('the head of a text ends at a near line end and never inside a character', () => {
  for (const { text } of oddTexts(500, 12)) {
    if (!text.isWellFormed()) continue;
    for (const least of [undefined, 0]) {
      const head = headOf(text, 200, least);
      assert.ok(text.startsWith(head) && head.length <= 200 && head.isWellFormed());
      if (text.length <= 200) assert.equal(head, text);
      else if (text.lastIndexOf('\n', 200) > (least ?? 100)) assert.equal(text[head.length], '\n');
      else assert.ok(head.length >= 199);
    }
  }
});

test('a boundary is never inside a character or a CRLF', () => {
  for (const { text } of oddTexts(300, 13)) {
    for (let at = 0; at <= text.length; at += 7) {
      const boundary = boundaryBefore(text, at);
      assert.ok(boundary === at || boundary === at - 1);
      assert.ok(!isCut(text, boundary) || !text.isWellFormed());
      assert.ok(text.slice(boundary - 1, boundary + 1) !== '\r\n' || boundary === 0);
    }
  }
});

test('finds the next line start within reach', () => {
  for (const { text, cursor } of oddTexts(300, 14)) {
    const start = lineStartFrom(text, cursor, 50);
    if (start === 0 || text[start - 1] === '\n')
      assert.ok(!text.slice(cursor, Math.max(cursor, start - 1)).includes('\n'));
    else assert.ok(!text.slice(cursor, cursor + 50).includes('\n'));
  }
});

test('blocks and near text join to the prefix, and typing changes only the near text', () => {
  const stepped = { prefix: 2000, suffix: 300, step: 256, near: 200 };
  const random = uniforms(15);
  const text = Array.from({ length: 400 }, () => `${'word '.repeat(Math.floor(random() * 12))}\n`).join('');
  for (let at = 0; at < text.length; at += 97) {
    const [prefix, suffix] = [text.slice(0, at), text.slice(at)];
    const shown = steppedWindow(prefix, suffix, stepped);
    const all = shown.stable.join('') + shown.near;
    assert.ok(prefix.endsWith(all) && suffix.startsWith(shown.suffix));
    assert.equal(shown.cut, all.length < prefix.length);
    assert.ok(all.length <= stepped.prefix && shown.near.length >= Math.min(prefix.length, stepped.near / 2));
    const typed = steppedWindow(`${prefix}x`, suffix, stepped);
    const kept = Math.min(shown.stable.length, typed.stable.length);
    if (typed.stable[0] === shown.stable[0]) assert.deepEqual(typed.stable.slice(0, kept), shown.stable.slice(0, kept));
  }
});

test('an empty document has an empty window', () => {
  assert.equal(windowStart('', 0, limits), 0);
  assert.equal(headOf('', 10), '');
  const stepped = { prefix: 10, suffix: 10, step: 4, near: 2 };
  assert.deepEqual(steppedWindow('', '', stepped), { stable: [], near: '', suffix: '', cut: false });
});
