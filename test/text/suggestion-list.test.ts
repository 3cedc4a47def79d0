// Where an editor's list of suggestions opens by itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listOpensAt } from '../../src/text/suggestion-list.ts';

const cases: readonly [languageId: string, lineBefore: string, expected: ReturnType<typeof listOpensAt>][] = [
  ['typescript', 'console.', 'member'],
  ['typescript', '  items?.', 'member'],
  ['typescript', '  items[0].', 'member'],
  ['typescript', '"text".', 'member'],
  ['cpp', '  node->', 'member'],
  ['rust', 'std::', 'member'],
  ['typescript', 'const ratio = 1.', undefined],
  ['typescript', 'const ratio1.', 'member'],
  ['typescript', '  [..', undefined],
  ['typescript', '  con', 'word'],
  ['typescript', '  return va', 'word'],
  ['typescript', 'console.lo', 'word'],
  ['python', 'self.na', 'word'],
  ['typescript', '  const va', undefined],
  ['typescript', 'export function na', undefined],
  ['python', 'def na', undefined],
  ['go', 'func na', undefined],
  ['typescript', '  ', undefined],
  ['typescript', 'call(', undefined],
  ['typescript', 'const x = ', undefined],
  ['typescript', '// a comm', undefined],
  ['typescript', "const s = 'te", undefined],
  ['markdown', 'A wor', undefined],
  ['plaintext', 'a sentence.', undefined],
  ['json', '  tr', undefined],
  ['scminput', 'Fix the wor', undefined],
];

for (const [languageId, lineBefore, expected] of cases) {
  test(`${languageId}: ${JSON.stringify(lineBefore)}: ${expected ?? 'none'}`, () => {
    assert.equal(listOpensAt(languageId, lineBefore), expected);
  });
}
