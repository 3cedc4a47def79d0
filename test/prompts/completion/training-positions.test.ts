// Which of several equal positions is kept for labelling.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CursorExample } from '../../../src/prompts/completion/cursor-examples.ts';
import { withoutDuplicates } from '../../../src/prompts/completion/training-positions.ts';

function example(path: string, above: string, truth: string): CursorExample {
  const prefix = `${above}\n  `;
  return {
    ...{ path, languageId: 'typescript', kind: 'statement-start', prefix, suffix: '\n', truth },
    ...{ offset: prefix.length, line: 1, column: 2 },
  };
}

test('keeps the first of several examples with the same text after the same line', () => {
  const examples = [
    example('a.ts', 'f() {', 'return one;'),
    example('b.ts', 'f() {', 'return two;'),
    example('c.ts', 'f()  {', 'return  one;'),
    example('d.ts', 'g() {', 'return one;'),
    example('e.ts', 'f() {', 'return one;'),
  ];
  assert.deepEqual(
    withoutDuplicates(examples).map(({ path }) => path),
    ['a.ts', 'b.ts', 'd.ts'],
  );
});
