// Comments and strings as one line tells them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { languageFacts, lineState } from '../../src/coupling/languages.ts';

const lines: [languageId: string, line: string, state: string][] = [
  ['typescript', 'const a = ', 'code'],
  ['typescript', '  // a note', 'comment'],
  ['typescript', 'foo(); // a note', 'comment'],
  ['typescript', "const url = 'http://", 'string'],
  ['typescript', "const url = 'http://a'; ", 'code'],
  ['typescript', "const s = 'it\\'s ", 'string'],
  ['typescript', ' * inside a block comment', 'comment'],
  ['typescript', '/** one line */ foo', 'code'],
  ['typescript', 'const t = `a ', 'string'],
  ['python', 'x = 1  # note', 'comment'],
  ['python', 'x = "#', 'string'],
  ['shellscript', 'echo $' + '{x#y}', 'code'],
  ['rust', "fn f<'a>(x: &'a str) ", 'code'],
  ['sql', 'select 1 -- one', 'comment'],
  ['markdown', "it's // prose # all", 'code'],
  ['unknown-language', '// as in C', 'comment'],
];
for (const [languageId, line, state] of lines) {
  test(`${languageId}: ${line}`, () => assert.equal(lineState(languageId, line), state));
}

test('a language id that names something of Object.prototype is just unknown', () => {
  assert.equal(languageFacts('constructor').family, 'bracket');
});
