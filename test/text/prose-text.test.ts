// The ends of sentences, and text that is not prose.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCode, isProse, isSentence, sentenceEnd } from '../../src/text/prose-text.ts';

const ends: readonly [text: string, first: string | undefined, before?: string][] = [
  ['your letter of 3 May. We have read it.', 'your letter of 3 May.'],
  ['come on Monday? We meet at ten.', 'come on Monday?'],
  ['so it is!', 'so it is!'],
  ['said "yes." Then she left.', 'said "yes."'],
  ['(as before). And more.', '(as before).'],
  ['e.g. this one', undefined],
  ['Dr. Example wrote to us', undefined],
  ['Dr. Example wrote. We answered.', 'Dr. Example wrote.'],
  ['version 3.14 of it', undefined],
  ['a file like a.ts or b.ts', undefined],
  ['wait ... and see', undefined],
  ['. And so on', undefined],
  ['no end here', undefined],
  ['2. Run the tests. And more.', '2. Run the tests.'],
  ['3. Results', undefined, '## '],
  ['1.2. Results', undefined, '### '],
  ['The first item\n2. The second', undefined, '1. '],
  ['2019. We began early.', '2019.', 'It was built in '],
  ['Das gilt z.B. für Briefe. Und mehr.', 'Das gilt z.B. für Briefe.'],
];
for (const [text, first, before] of ends) {
  test(`the first sentence of ${JSON.stringify(text)}`, () => {
    const end = sentenceEnd(text, before);
    assert.equal(end === undefined ? undefined : text.slice(0, end), first);
  });
}

test('a fenced block is code, and text after it is prose', () => {
  assert.ok(isProse('markdown', 'A text.\n'));
  assert.ok(!isProse('markdown', 'A text.\n```ts\nconst a = 1;\n'));
  assert.ok(isProse('markdown', '```ts\nconst a = 1;\n```\nAnd '));
  assert.ok(isProse('plaintext', ''));
  assert.ok(isProse('scminput', ''));
  assert.ok(!isProse('typescript', ''));
});

test('headings, tables, links and code between backticks are no sentences', () => {
  for (const line of ['A text about ', '- An item that ', '1. Then ', 'See [the guide](a.md) for ', ''])
    assert.ok(isSentence('markdown', `Before.\n${line}`), line);
  for (const line of [
    '## Getting ',
    '| name | ',
    '<img src="',
    '[![build](',
    '[docs]: ',
    'See [the ',
    'See [it](./',
    'Use `foo',
  ])
    assert.ok(!isSentence('markdown', `Before.\n${line}`), line);
  assert.ok(!isSentence('markdown', '```ts\nconst a '));
  assert.ok(!isSentence('typescript', 'const a '));
});

test('distinguishes code from sentences', () => {
  for (const code of ['"vitest";', "'./file.ts',", 'const a = 1', 'err := run()', 'f() {', 'a => b', 'x && y', 'done;'])
    assert.ok(isCode(code), code);
  for (const text of [
    'to go on as before.',
    'a list: one, two',
    '"yes", she said',
    'use `a && b;` here',
    '(see below)',
  ])
    assert.ok(!isCode(text), text);
});
