// Windows round a cursor, and the text that was typed since a position was stored, even if the position moved.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { CompletionQuery } from '../../src/common/completion.ts';
import { uniforms } from '../../src/common/statistics/random.ts';
import { EditedPosition, positionIn } from '../../src/text/edits.ts';
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

const queryAt = (prefix: string, suffix: string): CompletionQuery => ({
  path: 'a.ts',
  languageId: 'typescript',
  prefix,
  suffix,
});
const any = () => true;

test('finds the typed text at any position of any text', () => {
  for (const { text, cursor } of oddTexts(400, 21)) {
    const [prefix, suffix] = [text.slice(0, cursor), text.slice(cursor)];
    const position = new EditedPosition(queryAt(prefix, suffix));
    for (const typed of ['', 'x', 'foo(a)', '\n  y']) {
      const since = position.typedSince(queryAt(prefix + typed, suffix), (found) => found === typed);
      assert.deepEqual(since, { typed, closers: '', replaced: 0 });
      assert.equal(positionIn(queryAt(prefix, suffix), queryAt(prefix + typed, suffix)), cursor);
    }
  }
});

test('a kept position holds only the text near it in memory', () => {
  setFlagsFromString('--expose-gc');
  const used = () => {
    runInNewContext('gc')();
    return process.memoryUsage().heapUsed;
  };
  const before = used();
  const positions = Array.from({ length: 200 }, (_, i) => {
    const text = `const value${i} = ${i};\n`.repeat(3000);
    return new EditedPosition(queryAt(text.slice(0, 45_000), text.slice(45_000)));
  });
  const each = (used() - before) / positions.length;
  assert.ok(each < 10_000, `${Math.round(each)} bytes a position`);
});

test('accepts closers that the editor inserted after the cursor', () => {
  const position = new EditedPosition(queryAt('call', ';\n'));
  assert.deepEqual(position.typedSince(queryAt('call(["', '"]);\n'), any), {
    ...{ typed: '(["', closers: '"])', replaced: 0 },
  });
  assert.equal(position.typedSince(queryAt('call(', '];\n'), any), undefined);
});

test('accepts typed text that replaces the text after the position', () => {
  const position = new EditedPosition(queryAt('call(', '));\n'));
  const since = (suffix: string, maxReplaced: number) =>
    position.typedSince(queryAt('call(a)', suffix), any, maxReplaced);
  assert.deepEqual(since(');\n', 2), { typed: 'a)', closers: '', replaced: 1 });
  assert.deepEqual(since(';\n', 2), { typed: 'a)', closers: '', replaced: 2 });
  assert.equal(since(';\n', 1), undefined);
  assert.equal(since(');\n', 0), undefined);
});

test('another file, or other text near the cursor, is another position', () => {
  const here = queryAt('const a = ', ';\n');
  const position = new EditedPosition(here);
  assert.equal(position.typedSince({ ...here, path: 'b.ts' }, any), undefined);
  assert.equal(position.typedSince(queryAt('const b = ', ';\n'), any), undefined);
  assert.equal(position.typedSince(queryAt('const a = ', ';\nmore'), any), undefined);
  assert.ok(
    position.equals(new EditedPosition(here)) && !position.equals(new EditedPosition(queryAt('const a', ' = ;\n'))),
  );
});

test('edits far above move a position and do not change it', () => {
  const above = 'line\n'.repeat(400);
  const here = queryAt(`${above}const first = value + `, ';\n');
  const later = queryAt(`import x;\n${above}const first = value + y`, ';\n');
  const actual = new EditedPosition(here).typedSince(later, (typed) => typed === 'y');
  assert.deepEqual(actual, { typed: 'y', closers: '', replaced: 0 });
  assert.equal(positionIn(here, later), later.prefix.length - 1);
  assert.equal(positionIn(here, queryAt('other', ' text')), undefined);
});
