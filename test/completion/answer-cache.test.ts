// Which cached answer fits a position, and which text of a document is sent.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompletionQuery } from '../../src/common/completion.ts';
import { type CachedAnswer, CompletionCache } from '../../src/completion/answer-cache.ts';
import { redactedRequest } from '../../src/completion/redacted-request.ts';
import type { Decision } from '../../src/routing/decision.ts';
import { hiding } from '../fakes/redaction.ts';
import { ScriptedSpecialist } from '../fakes/specialist.ts';
import { query } from './harness.ts';

const answer = (text: string, source: CachedAnswer['source'] = 'specialist'): CachedAnswer => ({
  text,
  source,
  model: 'm',
  decision: {} as Decision,
  savedUsd: 0,
});

test('a cached answer fits its position, also while the answer is typed, and no other position', () => {
  const cache = new CompletionCache();
  cache.put(query('a = ', '\nb'), answer('call(x);'));
  const rest = (prefix: string, suffix = '\nb', path?: string) => cache.get(query(prefix, suffix, path))?.rest;
  assert.equal(rest('a = '), 'call(x);');
  assert.equal(rest('a = call'), '(x);');
  assert.equal(rest('a = call(', ')\nb'), 'x);');
  assert.equal(rest('a = call(x);'), undefined, 'all typed');
  assert.equal(rest('a = ball'), undefined);
  assert.equal(rest('a ='), undefined);
  assert.equal(rest('a = ', '\nc'), undefined);
  assert.equal(rest('zz a = '), undefined, 'the document began there');
  assert.equal(rest('a = ', '\nb', 'other.ts'), undefined);
});

/** The document after `typed` was typed, the editor has inserted `closers`, and the rest of the answer was accepted. */
function textAfterAccept(
  shown: Pick<CachedAnswer, 'text' | 'replaceLength'>,
  [prefix, suffix]: readonly [string, string],
  typed: string,
  closers: string,
) {
  const cache = new CompletionCache();
  cache.put(query(prefix, suffix), { ...answer(shown.text), ...shown });
  const hit = cache.get(query(prefix + typed, closers + suffix));
  return hit && prefix + typed + hit.rest + (closers + suffix).slice(hit.replaceLength);
}

test('brackets that the editor closes while an answer is typed are written once', () => {
  const line = ['', '\nb'] as const;
  for (const [text, typed, closers] of [
    ['items.map(x => x.id).filter(Boolean);', 'items.map(', ')'],
    ['items.map(x => x.id).filter(Boolean);', 'items.map(x => x.', ')'],
    ["it('x', fn);", "it('", "')"],
    ["it('x', fn);", "it('x'", ')'],
    ["it('x', () => {\n  b();\n});", "it('", "')"],
    ['call({ a: [1] });', 'call({ a: [', ']})'],
  ] as const)
    assert.equal(textAfterAccept({ text }, line, typed, closers), `${text}\nb`, typed);
  assert.equal(
    textAfterAccept({ text: 'call(a' }, line, 'call(', ')'),
    'call(a)\nb',
    'a bracket that the answer leaves open stays closed',
  );
  assert.equal(
    textAfterAccept({ text: 'call(() => {\n  a();' }, line, 'call(', ')'),
    undefined,
    'the closer would come after the last line',
  );
  const inside = ['bar(', ')\nb'] as const;
  assert.equal(textAfterAccept({ text: 'foo(x)' }, inside, 'foo(', ')'), 'bar(foo(x))\nb');
  assert.equal(textAfterAccept({ text: 'foo(x), y);', replaceLength: 1 }, inside, 'foo(', ')'), 'bar(foo(x), y);\nb');
  assert.equal(textAfterAccept({ text: 'foo(x', replaceLength: 1 }, inside, 'foo(', ')'), undefined);
});

test('edits far above do not change the position', () => {
  const cache = new CompletionCache();
  const near = 'x'.repeat(1200);
  cache.put(query(`old${near}`, '\n'), answer('yes'));
  assert.equal(cache.get(query(`something new${near}y`, '\n'))?.rest, 'es');
});

test('a paid answer is not replaced by a local one unless it is empty', () => {
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

test('the least recently used entry is evicted first', () => {
  const cache = new CompletionCache(2);
  cache.put(query('a\n'), answer('1'));
  cache.put(query('b\n'), answer('2'));
  cache.get(query('a\n'));
  cache.put(query('c\n'), answer('3'));
  assert.equal(cache.get(query('b\n')), undefined);
  assert.equal(cache.get(query('a\n'))?.rest, '1');
});

test('text is redacted before it is cut, so that no partial secret remains', async () => {
  const secret = `${'S'.repeat(40)}`;
  const redact = hiding(secret);
  for (let shift = 0; shift < 80; shift += 3) {
    const before = `${`${'x'.repeat(shift)} ${secret} `.padEnd(128, 'y')}`.repeat(300);
    const parts = { position: { query: query(before, before), block: false }, drafts: [] };
    const request = await redactedRequest(parts, new ScriptedSpecialist(), redact, new AbortController().signal);
    assert.ok(request.query.prefix.length <= 8192);
    assert.ok(!/SS/.test(request.query.prefix + request.query.suffix), `shift ${shift}`);
  }
});

test('snippets and paths are redacted, and a draft with a secret is dropped', async () => {
  const specialist = new ScriptedSpecialist();
  specialist.snippetsToGive = [{ path: 'SECRET/b.ts', text: 'token = SECRET', line: 1 }];
  const redact = hiding('SECRET');
  const { signal } = new AbortController();
  const draft = { text: 'use(SECRET)', estimate: 0.4 };
  const at = (position: CompletionQuery, of = draft) => ({
    position: { query: position, block: false },
    drafts: [of],
  });
  const whole = query('a SECRET b ', ' SECRET', 'dump-SECRET.ts');
  const request = await redactedRequest(at(whole), specialist, redact, signal);
  assert.deepEqual(request.drafts, []);
  assert.deepEqual(request.snippets, [{ path: '******/b.ts', text: 'token = ******', line: 1 }]);
  assert.deepEqual(request.query, { ...whole, path: 'dump-******.ts', prefix: 'a ****** b ', suffix: ' ******' });
  const across = await redactedRequest(at(query('a SEC', 'RET')), specialist, redact, signal);
  assert.deepEqual([across.query.prefix, across.query.suffix], ['a ***', '***']);
  // The draft alone contains no secret; together with the text before the cursor it does.
  const half = { ...draft, text: 'RET)' };
  assert.deepEqual((await redactedRequest(at(query('use(SEC'), half), specialist, redact, signal)).drafts, []);
  const fair = { ...draft, text: 'use(token)' };
  assert.deepEqual((await redactedRequest(at(whole, fair), specialist, redact, signal)).drafts, [fair]);
});
