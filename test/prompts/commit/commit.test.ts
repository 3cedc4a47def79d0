// The local draft of a commit message: the convention of the nearest messages, and what was added or removed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { localDraft } from '../../../src/prompts/commit/local-draft.ts';

const near = ['fix(parser): no loop at the end', 'fix(parser): strings may be empty', 'fix(parser): numbers'];

test('the draft has the convention of the nearest messages and names what was added or removed', () => {
  const file = (path: string, status: string, diff = '') => ({ path, status, diff });
  const added = '+export function skipBlanks() {\n-const a = 1;\n';
  assert.equal(localDraft([file('src/parser/lexer.ts', 'M', added)], near), 'fix(parser): add skipBlanks to lexer.ts');
  assert.equal(localDraft([file('docs/a.md', 'M')], near), 'docs(parser): update a.md');
  const plain = ['Lists may nest.', 'Tables are drawn anew.'];
  assert.equal(localDraft([file('a.ts', 'A'), file('b.ts', 'A')], plain), 'Add a.ts and b.ts.');
  assert.equal(localDraft([file('a.ts', 'M', '-class Old {}\n')], []), 'Remove Old from a.ts');
  const many = Array.from({ length: 9 }, (_, i) => file(`a-long-name-of-a-file-${i}.ts`, 'D'));
  assert.ok(localDraft(many, near).length <= 72);
});
