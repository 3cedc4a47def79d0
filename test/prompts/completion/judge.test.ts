// The part of the author's text that is asked for at a position.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { truthAt } from '../../../src/prompts/completion/completion-position.ts';

const at = (languageId: string, prefix: string, block = false) => ({
  block,
  query: { path: 'a', languageId, prefix, suffix: '' },
});

test('the truth is the first line, the wanted block or, in prose, the first sentence', () => {
  assert.equal(truthAt('a();\nb();', at('typescript', '')), 'a();');
  assert.equal(truthAt('\n  a();\n}', at('typescript', 'f() {', true)), '\n  a();\n}');
  assert.equal(truthAt('One. Two.', at('markdown', '')), 'One.');
  assert.equal(truthAt('Install it. Then run it.', at('markdown', 'Text.\n\n1. ')), 'Install it.');
  assert.equal(truthAt('3. Results', at('markdown', 'Text.\n\n## ')), '3. Results');
});
