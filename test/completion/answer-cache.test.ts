// Which cached answer or remainder of a cut draft fits a position, and which text of a document is sent.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompletionQuery } from '../../src/common/completion.ts';
import { type CachedAnswer, CompletionCache } from '../../src/completion/answer-cache.ts';
import { withRemainders } from '../../src/completion/local-drafts.ts';
import { redactedRequest } from '../../src/completion/redacted-request.ts';
import { decide } from '../../src/routing/decide.ts';
import { type Decision, sentenceOf, shownCut } from '../../src/routing/decision.ts';
import type { Limits } from '../../src/routing/limits.ts';
import type { ScoredCut } from '../../src/routing/show.ts';
import { hiding } from '../fakes/redaction.ts';
import { draft, ScriptedSpecialist } from '../fakes/specialist.ts';
import { ESTIMATES, limits } from '../routing/synthetic.ts';
import { Harness, query } from './harness.ts';

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

const atLimits = limits({ threshold: 0.6 });
const cuts = [
  { text: 'executeCommand', p: 0.95, next: { text: '(', p: 0.83 } },
  { text: 'executeCommand(rootCommand', p: 0.62, ends: 'unit', next: { text: ')', p: 0.9 } },
  { text: 'executeCommand(rootCommand)\n\tcheckError(err)', p: 0.38, ends: 'line' },
] as const;

function localDecision(of: readonly ScoredCut[], changes: Partial<Limits> = {}) {
  const input = { estimates: ESTIMATES, cuts: of, limits: { ...atLimits, ...changes }, expectedCharacters: 0 };
  return decide({ ...input, noCall: 'there is no large model' });
}

/** The cache after the first cut was shown. */
function cacheWithRemainders() {
  const at = query('\tx := ', '\n}\n');
  const decision = localDecision(cuts);
  const { text } = shownCut(decision) as { text: string };
  const answer: CachedAnswer = { text, source: 'specialist', model: 'n-gram', decision, savedUsd: 0 };
  const cache = new CompletionCache();
  const placed = withRemainders(at, answer, cuts, () => atLimits);
  for (const { query, answer } of placed) cache.put(query, answer);
  return { cache, placed };
}

test('the remainder is cached at the end of the shown part, with conditional probabilities', () => {
  const { cache, placed } = cacheWithRemainders();
  assert.deepEqual(
    placed.map(({ answer }) => answer.text),
    ['executeCommand', '(rootCommand', ')\n\tcheckError(err)'],
  );
  assert.deepEqual(
    placed.map(({ answer }) => shownCut(answer.decision)?.p.toFixed(2)),
    ['0.95', '0.65', '0.61'],
  );
  assert.equal(cache.get(query('\tx := exec', '\n}\n'))?.rest, 'uteCommand');
  const rest = cache.get(query('\tx := executeCommand', '\n}\n'));
  assert.equal(rest?.rest, '(rootCommand');
  assert.match(
    rest ? sentenceOf(rest.answer.decision) : '',
    /rest of an earlier draft\. Cut before `\)`, which is 90% sure/,
  );
  // The editor inserts the closing bracket for the typed one.
  assert.equal(cache.get(query('\tx := executeCommand(', ')\n}\n'))?.rest, 'rootCommand');
});

test('a remainder that does not fit or is below the threshold is not returned', () => {
  const { cache } = cacheWithRemainders();
  assert.equal(cache.get(query('\tx := executeQuery', '\n}\n')), undefined);
  const unsure = cuts.map((cut, i) => ({ ...cut, p: i === 0 ? cut.p : 0.5 }));
  const { answer, query: at } = cacheWithRemainders().placed[0] as ReturnType<
    typeof cacheWithRemainders
  >['placed'][number];
  assert.equal(withRemainders(at, answer, unsure, () => ({ threshold: 0.8 })).length, 1);
});

test('a line and its remainder replace the closing brackets after the cursor', async () => {
  const specialist = new ScriptedSpecialist(draft('rootCmd, second);\n  checkError(err);', 0.97));
  const h = new Harness({ specialist, llm: undefined, settings: { threshold: 0.5 } });
  const shown = await h.answer(query('const x = executeCommand(', ')\n'));
  assert.deepEqual([shown?.text, shown?.replaceLength], ['rootCmd, second);', 1]);
  assert.equal(specialist.queries[0]?.suffix, '\n', 'the closing bracket is not in the suffix');
  const along = await h.answer(query('const x = executeCommand(root', ')\n'));
  assert.deepEqual([along?.text, along?.replaceLength], ['Cmd, second);', 1]);
  // The closing bracket was typed over, and the rest is still the same suggestion.
  const past = await h.answer(query('const x = executeCommand(rootCmd, second)', '\n'));
  assert.deepEqual([past?.id, past?.text, past?.replaceLength], [along?.id, ';', undefined]);
  h.service.accepted(past?.id ?? '');
  assert.deepEqual(
    [specialist.queries.at(-1)?.prefix, specialist.queries.at(-1)?.suffix],
    ['const x = executeCommand(rootCmd, second);', '\n'],
  );
});

test('a remainder replaces a closing bracket only if the draft contains that bracket', () => {
  const at = query('x := run(', ')\n}\n');
  const past = [
    { text: 'rootCmd', p: 0.95, over: 0 },
    { text: 'rootCmd)', p: 0.8, over: 1 },
    { text: 'rootCmd); err != nil', p: 0.75, over: 1 },
  ];
  const decision = localDecision(past.slice(0, 1), { isManual: true });
  const answer: CachedAnswer = { text: 'rootCmd', source: 'specialist', model: 'n-gram', decision, savedUsd: 0 };
  const cache = new CompletionCache();
  for (const { query, answer: kept } of withRemainders(at, answer, past, () => ({ threshold: 0.5 })))
    cache.put(query, kept);
  const rest = cache.get(query('x := run(rootCmd', ')\n}\n'));
  assert.deepEqual([rest?.rest, rest?.answer.replaceLength], ['); err != nil', 1]);
  // The editor closes a typed bracket before the other closing brackets. The text contains both.
  cache.put(at, { ...answer, text: 'get(x)); err', replaceLength: 1 });
  const both = cache.get(query('x := run(get(', '))\n}\n'));
  assert.deepEqual([both?.rest, both?.replaceLength], ['x)); err', 2]);
});

test('if the API may answer too, both models complete the text before the closing brackets', async () => {
  const h = new Harness({ specialist: new ScriptedSpecialist(draft('rootCmd, second', 0.97)) });
  const shown = await h.answer(query('const x = executeCommand(', ')\n'));
  assert.deepEqual([shown?.text, shown?.replaceLength], ['rootCmd, second', undefined]);
  assert.equal(h.specialist.queries[0]?.suffix, ')\n');
});

test('a remainder is held to what a sentence needs where it would be shown', async () => {
  const sentence = 'quick and free of charge';
  const { tokens } = draft(sentence, 0.99);
  const later = draft(sentence, 0.7).tokens;
  const half = draft(sentence, 0.9, { tokens: tokens.map((token, i) => (i === 0 ? token : (later[i] ?? token))) });
  const remainderAfter = async (path: string, languageId: string) => {
    const h = new Harness({ specialist: new ScriptedSpecialist(half), llm: undefined, settings: { threshold: 0.3 } });
    const shown = await h.answer(query('It is ', '\n', path, languageId));
    const asked = h.specialist.queries.length;
    const rest = await h.answer(query(`It is ${shown?.text}`, '\n', path, languageId));
    return [shown?.text, h.specialist.queries.length > asked ? undefined : rest?.text];
  };
  assert.deepEqual(await remainderAfter('a.ts', 'typescript'), ['quick', ' and']);
  assert.deepEqual(await remainderAfter('README.md', 'markdown'), ['quick', undefined]);
});
