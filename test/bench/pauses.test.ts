// The sections `documentation` and `new-file` of `bench -- typing`: where they pause, and what they count.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figuresOf, pausesIn } from '../../bench/typing/pauses.ts';

const lines = (count: number) => Array.from({ length: count }, (_, i) => `  call(number${i});`).join('\n');

test('a new file pauses at and in its first lines, with nothing below', () => {
  const file = { path: 'a.ts', text: lines(40) };
  const pauses = pausesIn(file, 'new-file', () => 0);
  assert.deepEqual(
    pauses.slice(0, 4).map(({ offset }) => file.text.slice(0, offset).split('\n').at(-1)),
    ['  ', '  call', '  ', '  call'],
  );
  assert.equal(pauses.length, 28);
  assert.ok(pauses.every(({ below }) => below === ''));
});

test('documentation lacks the eight lines from the pause on', () => {
  const file = { path: 'a.md', text: lines(12) };
  assert.equal(pausesIn(file, 'documentation', () => 0)[0]?.below, `\n${lines(12).split('\n').slice(8).join('\n')}`);
});

test('figures count shows of all pauses and right ones of all shows, code fences apart', () => {
  const file = { path: 'a.md', text: 'Some text.\n\n```ts\nconst a = 1;\n```\n' };
  const at = (offset: number, text: string, right: boolean) => ({
    pause: { file, offset, below: '' },
    ...{ text, right, p: 0.8 },
  });
  const came = [at(5, '', false), at(20, 'nst a', true), at(25, 'b = 2;', false), at(5, 'text.', true)];
  assert.deepEqual(figuresOf('documentation', came), {
    'documentation-pauses': 4,
    'documentation-pauses-shown': 0.75,
    'documentation-shows-right': 2 / 3,
    'documentation-long-right-pauses': 0,
    'documentation-right-length-median': 5,
    'documentation-code-pauses-shown': 1,
    'documentation-text-pauses-shown': 0.5,
  });
});
