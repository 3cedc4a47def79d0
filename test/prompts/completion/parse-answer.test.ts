// Reads a model's answer: no part of a tag is shown while the answer streams, and a line ends at the right place.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inserted, lineIsComplete, parseAnswer } from '../../../src/prompts/completion/clean.ts';
import { at } from '../../llm/requests.ts';

test('removes tags, fences and markers, and nothing else', () => {
  const request = at('  const a = ¦');
  assert.equal(
    parseAnswer('Here:\n<insert>```ts\r\n  const a = f(<|cursor|>);\r\n```</insert>', request),
    '  const a = f();',
  );
});

test('never shows part of a tag while the answer streams', () => {
  const raw = 'Sure: <insert>a < b</insert>';
  const seen = Array.from({ length: '<insert>a < b</insert>'.length + 1 }, (_, end) =>
    inserted(raw.slice(6, 6 + end), true),
  );
  assert.equal(seen.at(-1), 'a < b');
  for (const text of seen) assert.ok('a < b'.startsWith(text), text);
});

test('a line is complete at its end, not at an empty line, a fence or a repeated line', () => {
  const request = at('one();\nconst a = ¦');
  assert.equal(lineIsComplete('<insert>1;', request), false);
  assert.equal(lineIsComplete('<insert>1;\n', request), true);
  assert.equal(lineIsComplete('<insert>\n', request), false);
  assert.equal(lineIsComplete('```ts\n', request), false);
  assert.equal(lineIsComplete('```ts\n1;\n', request), true);
  assert.equal(lineIsComplete('one();\n', request), false);
  assert.equal(lineIsComplete('one();\nconst a = 1;\n', request), true);
  assert.equal(lineIsComplete('const a =\n', request), false);
});
