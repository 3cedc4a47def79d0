// The text that was typed since a position was stored, also if the position moved or no longer exists.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { CompletionQuery } from '../../src/common/completion.ts';
import { commonPrefix, EditedPosition, positionIn } from '../../src/text/edits.ts';
import { oddTexts } from './odd-texts.ts';

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
  assert.deepEqual(
    new EditedPosition(here).typedSince(later, (typed) => typed === 'y'),
    { typed: 'y', closers: '', replaced: 0 },
  );
  assert.equal(positionIn(here, later), later.prefix.length - 1);
  assert.equal(positionIn(here, queryAt('other', ' text')), undefined);
});

test('returns the length of the common prefix', () => {
  for (const { text, cursor } of oddTexts(200, 22)) {
    const head = text.slice(0, cursor);
    assert.equal(commonPrefix(text, head), cursor);
    assert.equal(commonPrefix(`${head}\0`, `${head}\x01`), cursor);
  }
});
