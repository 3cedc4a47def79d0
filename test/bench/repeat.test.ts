// The section `repeat` of `bench -- typing` finds which blocks of a file are copies, and counts the copies of a block.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { repeatedBlocks } from '../../bench/typing/repeat.ts';

const block = (name: string) =>
  `  if (options.${name}) {\n    set(options.${name}, "the ${name}");\n    return this;\n  }\n`;
const blocksIn = (text: string) =>
  repeatedBlocks({ path: 'a.ts', text }).map(({ from, lines, ordinal }) => [from, lines, ordinal]);

test('blocks that differ only in words, numbers and strings are copies, each with its ordinal', () => {
  const text = `first(line);\n${block('a')}\n${block('b')}\nother();\n\n${block('c')}\n${block('d')}\n${block('e')}`;
  assert.deepEqual(blocksIn(text), [
    [6, 4, 'second'],
    [13, 4, 'third'],
    [18, 4, 'fourth'],
    [23, 4, 'fourth'],
  ]);
});

test('blocks of two lines, and blocks with the same shape but other words, are no copies', () => {
  assert.deepEqual(blocksIn('a(one);\nb(two);\n\na(three);\nb(four);\n'), []);
  assert.deepEqual(blocksIn('a(one);\nb(two);\nc(three);\n\nd(four);\ne(five);\nf(six);\n'), []);
});
