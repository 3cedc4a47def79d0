// Where blocks are called for, which cached answer fits a place, and what of a document leaves the machine.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, CompletionCache } from '../../src/complete/cache.ts';
import { maskedRequest, nearby } from '../../src/complete/prompt.ts';
import { wantsBlock } from '../../src/complete/shape.ts';
import type { Decision } from '../../src/coupling/types.ts';
import { ScriptedSpecialist } from '../fakes/specialist.ts';
import { query } from './harness.ts';

const blocks: [name: string, languageId: string, before: string, after: string, block: boolean][] = [
  ['an opened function', 'typescript', 'function f() {', '\n', true],
  ['an opened function with its end', 'typescript', 'function f() {', '\n}\n', true],
  ['with a body', 'typescript', 'function f() {', '\n  return 1;\n}\n', false],
  ['between closed brackets', 'typescript', 'it(() => {', '});\n', true],
  ['on the empty line inside', 'typescript', 'if (a) {\n  ', '\n}\n', true],
  ['after a statement', 'typescript', 'foo();', '\n', false],
  ['on an empty line between statements', 'typescript', 'foo();\n', '\nbar();\n', false],
  ['in the middle of a line', 'typescript', 'foo({', ' a });\n', false],
  ['in a comment', 'typescript', '// if {', '\n', false],
  ['in a string', 'typescript', "const s = 'if {", '\n', false],
  ['a python def', 'python', 'def f(x):', '\n', true],
  ['a python dict entry', 'python', 'x = 1', '\n', false],
  ['a python body line', 'python', 'def f(x):\n    ', '\n\ndef g():\n', true],
  ['a ruby do', 'ruby', 'xs.each do |x|', '\n', true],
  ['a shell then', 'shellscript', 'if true; then', '\n', true],
  ['a yaml key', 'yaml', 'jobs:', '\n', true],
  ['a json object', 'json', '{', '\n}', true],
  ['an html tag', 'html', '<ul class="a">', '\n', true],
  ['a closed html tag', 'html', '<br/>', '\n', false],
  ['a new paragraph', 'markdown', '# Title\n\n', '\n', true],
  ['inside a paragraph', 'markdown', 'Some words', '\n', false],
  ['before a further line of prose', 'markdown', '# Title\n', '\nSome text', false],
];
for (const [name, languageId, before, after, block] of blocks) {
  test(`${name} (${languageId}): ${block ? 'a block' : 'a line'}`, () => {
    assert.equal(wantsBlock(query(before, after, 'a', languageId), '  '), block);
  });
}

const answer = (text: string, source: Answer['source'] = 'specialist'): Answer => ({
  text,
  source,
  model: 'm',
  decision: {} as Decision,
  savedUsd: 0,
});

test('an answer fits its place, and further along; not elsewhere', () => {
  const cache = new CompletionCache();
  cache.put(query('a = ', '\nb'), answer('call(x);'));
  const rest = (prefix: string, suffix = '\nb', path?: string) => cache.get(query(prefix, suffix, path))?.rest;
  assert.equal(rest('a = '), 'call(x);');
  assert.equal(rest('a = call'), '(x);');
  assert.equal(rest('a = call(', ')\nb'), 'x);');
  assert.ok(cache.get(query('a = call(', ')\nb'))?.autoClosed);
  assert.equal(rest('a = call(x);'), undefined, 'all typed');
  assert.equal(rest('a = ball'), undefined);
  assert.equal(rest('a ='), undefined);
  assert.equal(rest('a = ', '\nc'), undefined);
  assert.equal(rest('zz a = '), undefined, 'the document began there');
  assert.equal(rest('a = ', '\nb', 'other.ts'), undefined);
});

test('edits far above leave a place what it is', () => {
  const cache = new CompletionCache();
  const near = 'x'.repeat(1200);
  cache.put(query(`old${near}`, '\n'), answer('yes'));
  assert.equal(cache.get(query(`something new${near}y`, '\n'))?.rest, 'es');
});

test('an answer that was paid for is not replaced by a local one, unless it was nothing', () => {
  const cache = new CompletionCache();
  cache.put(query('a'), answer('paid', 'api'));
  cache.put(query('a'), answer('local'));
  assert.equal(cache.get(query('a'))?.rest, 'paid');
  cache.put(query('b'), answer('', 'api'));
  assert.equal(cache.get(query('b'))?.rest, '');
  assert.equal(cache.get(query('bc')), undefined);
  cache.put(query('b'), answer('local'));
  assert.equal(cache.get(query('b'))?.rest, 'local');
});

test('the least recently used goes first', () => {
  const cache = new CompletionCache(2);
  cache.put(query('a\n'), answer('1'));
  cache.put(query('b\n'), answer('2'));
  cache.get(query('a\n'));
  cache.put(query('c\n'), answer('3'));
  assert.equal(cache.get(query('b\n')), undefined);
  assert.equal(cache.get(query('a\n'))?.rest, '1');
});

test('the text near the cursor begins at the same place from keystroke to keystroke', () => {
  const line = 'const value = compute(first, second);\n';
  const long = line.repeat(3000);
  const one = nearby(query(`${long}a`, long));
  const two = nearby(query(`${long}abc`, long));
  assert.ok(two.prefix.startsWith(one.prefix));
  assert.ok(one.prefix.startsWith('const') && one.prefix.length > 16_000 && one.prefix.length <= 20_480);
  assert.ok(one.suffix.length <= 5000 && one.suffix.endsWith(';'));
  const short = query('a', 'b');
  assert.deepEqual(nearby(short), short);
});

const pem = (body: string) => `-----BEGIN RSA PRIVATE KEY-----\n${body}-----END RSA PRIVATE KEY-----\n`;

test('a key block is never cut so that its body leaves without its header', () => {
  const body = `${'M'.repeat(64)}\n`.repeat(100);
  const filler = 'let a = 1;\n'.repeat(200);
  for (let shift = 0; shift < 12_000; shift += 500) {
    const text = `${'let b = 2;\n'.repeat(900)}${pem(body)}${filler.repeat(7)}${'y'.repeat(shift)}`;
    const { prefix } = nearby(query(text, ''));
    assert.ok(!prefix.includes('MMMM') || prefix.includes('BEGIN RSA'), `shift ${shift}`);
  }
  const { suffix } = nearby(query('', `${filler.slice(0, 4000)}\n${pem(body)}${filler}`));
  assert.ok(!suffix.includes('MMMM'));
  const inside = nearby(query(`${'let b = 2;\n'.repeat(3000)}-----BEGIN RSA PRIVATE KEY-----\n${body}`, ''));
  assert.ok(inside.prefix.includes('BEGIN RSA'));
});

test('hint and snippets are masked, too', async () => {
  const specialist = new ScriptedSpecialist();
  specialist.snippetsToGive = [{ path: 'b.ts', text: 'token = SECRET', line: 1 }];
  const mask = async (text: string) => text.replaceAll('SECRET', '<hidden>');
  const hint = { text: 'use(SECRET)', tokens: [], model: '', complete: true, latencyMs: 0 };
  const parts = { query: query('a SECRET b ', ' SECRET'), hint, multiline: false };
  const request = await maskedRequest(parts, specialist, mask, new AbortController().signal);
  assert.equal(request?.hint, 'use(<hidden>)');
  assert.equal(request?.snippets[0]?.text, 'token = <hidden>');
  assert.equal(request?.query.prefix, 'a <hidden> b ');
  assert.equal(request?.query.suffix, ' <hidden>');
  const across = { ...parts, query: query('a SEC', 'RET') };
  assert.equal(await maskedRequest(across, specialist, mask, new AbortController().signal), undefined);
});
