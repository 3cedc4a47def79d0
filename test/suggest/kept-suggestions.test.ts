// Which kept suggestion, or what is left of it, fits a position, and which text of a document is sent.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompletionQuery } from '../../src/common/completion.ts';
import { sentenceOf } from '../../src/routing/decision.ts';
import { KeptSuggestions } from '../../src/suggest/kept-suggestions.ts';
import { redactedRequest } from '../../src/suggest/redacted-request.ts';
import type { Suggestion } from '../../src/suggest/suggestion.ts';
import { hiding } from '../fakes/redaction.ts';
import { draft, ScriptedSpecialist } from '../fakes/specialist.ts';
import { Harness, query, settled, suggestionOf } from './harness.ts';

const kept = (text: string, source: Suggestion['source'] = 'specialist', over = 0): Suggestion =>
  suggestionOf(text === '' ? [] : [{ text, p: 0.8, over }], { source });

/** What may go on at a query: the longest text of the first suggestion that fits; undefined: none fits. */
function restIn(
  cache: KeptSuggestions,
  at: CompletionQuery,
): { readonly text: string; readonly over: number } | undefined {
  for (const { cuts } of cache.at(at)) {
    const { text = '', over = 0 } = cuts.at(-1) ?? {};
    return { text, over };
  }
  return undefined;
}

test('a kept suggestion fits its position, also while it is typed, and no other position', () => {
  const cache = new KeptSuggestions();
  cache.put(query('a = ', '\nb'), kept('call(x);'));
  const rest = (prefix: string, suffix = '\nb', path?: string) => restIn(cache, query(prefix, suffix, path))?.text;
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

/** The document after `typed` was typed, the editor has inserted `closers`, and the rest of the text was accepted. */
function textAfterAccept(
  [text, over]: readonly [text: string, over: number],
  [prefix, suffix]: readonly [string, string],
  typed: string,
  closers: string,
) {
  const cache = new KeptSuggestions();
  cache.put(query(prefix, suffix), kept(text, 'specialist', over));
  const rest = restIn(cache, query(prefix + typed, closers + suffix));
  return rest && prefix + typed + rest.text + (closers + suffix).slice(rest.over);
}

test('brackets that the editor closes while a suggestion is typed are written once', () => {
  const line = ['', '\nb'] as const;
  for (const [text, typed, closers] of [
    ['items.map(x => x.id).filter(Boolean);', 'items.map(', ')'],
    ['items.map(x => x.id).filter(Boolean);', 'items.map(x => x.', ')'],
    ["it('x', fn);", "it('", "')"],
    ["it('x', fn);", "it('x'", ')'],
    ["it('x', () => {\n  b();\n});", "it('", "')"],
    ['call({ a: [1] });', 'call({ a: [', ']})'],
  ] as const)
    assert.equal(textAfterAccept([text, 0], line, typed, closers), `${text}\nb`, typed);
  const left = 'a bracket that the text leaves open stays closed';
  assert.equal(textAfterAccept(['call(a', 0], line, 'call(', ')'), 'call(a)\nb', left);
  const after = 'the closer would come after the last line';
  assert.equal(textAfterAccept(['call(() => {\n  a();', 0], line, 'call(', ')'), undefined, after);
  const inside = ['bar(', ')\nb'] as const;
  assert.equal(textAfterAccept(['foo(x)', 0], inside, 'foo(', ')'), 'bar(foo(x))\nb');
  assert.equal(textAfterAccept(['foo(x), y);', 1], inside, 'foo(', ')'), 'bar(foo(x), y);\nb');
  assert.equal(textAfterAccept(['foo(x', 1], inside, 'foo(', ')'), undefined);
});

test('edits far above do not change the position', () => {
  const cache = new KeptSuggestions();
  const near = 'x'.repeat(1200);
  cache.put(query(`old${near}`, '\n'), kept('yes'));
  assert.equal(restIn(cache, query(`something new${near}y`, '\n'))?.text, 'es');
});

test('a paid suggestion is not replaced by a local one unless it is empty', () => {
  const cache = new KeptSuggestions();
  cache.put(query('a'), kept('paid', 'api'));
  cache.put(query('a'), kept('local'));
  assert.equal(restIn(cache, query('a'))?.text, 'paid');
  cache.put(query('b'), kept('', 'api'));
  assert.equal(restIn(cache, query('b'))?.text, '');
  assert.equal(restIn(cache, query('bc')), undefined);
  cache.put(query('b'), kept('local'));
  assert.equal(restIn(cache, query('b'))?.text, 'local');
});

test('the oldest suggestion is evicted first', () => {
  const cache = new KeptSuggestions(2);
  for (const name of ['a', 'b', 'a', 'c']) cache.put(query(`${name}\n`), kept(name));
  assert.equal(restIn(cache, query('b\n')), undefined);
  assert.equal(restIn(cache, query('a\n'))?.text, 'a');
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

const cuts = [
  { text: 'executeCommand', p: 0.95, next: { text: '(', p: 0.83 } },
  { text: 'executeCommand(rootCommand', p: 0.62, ends: 'unit', next: { text: ')', p: 0.9 } },
  { text: 'executeCommand(rootCommand)\n\tcheckError(err)', p: 0.38, ends: 'line' },
] as const;

test('what is left of a draft has conditional probabilities', () => {
  const cache = new KeptSuggestions();
  cache.put(query('\tx := ', '\n}\n'), suggestionOf(cuts));
  const left = (prefix: string, suffix = '\n}\n') =>
    [...cache.at(query(prefix, suffix))].flatMap((at) => at.cuts.map(({ text, p }) => `${text} ${p.toFixed(2)}`));
  assert.deepEqual(left('\tx := exec').slice(0, 2), ['uteCommand 0.95', 'uteCommand(rootCommand 0.62']);
  assert.deepEqual(left('\tx := executeCommand'), ['(rootCommand 0.65', '(rootCommand)\n\tcheckError(err) 0.40']);
  // The editor has inserted the closing bracket for the typed one.
  assert.deepEqual(left('\tx := executeCommand(', ')\n}\n'), [
    'rootCommand 0.65',
    'rootCommand)\n\tcheckError(err) 0.40',
  ]);
  assert.deepEqual(left('\tx := executeQuery'), []);
});

/** A draft whose line is sure, and whose arguments less so. */
const inParts = (argument: number) => {
  const text = 'executeCommand(rootCommand)';
  const { tokens } = draft(text, 0.99);
  const from = tokens.findIndex((token) => token.text.includes('(')) + 1;
  return draft(text, 0.99, {
    tokens: tokens.map((token, i) => (i < from ? token : { ...token, probability: argument })),
    confidence: argument / 2,
  });
};

test('what is left of an accepted draft is decided on anew, and shown as the rest of it', async () => {
  const h = new Harness({
    specialist: new ScriptedSpecialist(inParts(0.7)),
    llm: undefined,
    settings: { threshold: 0.5 },
  });
  const shown = await h.answer(query('\tx := ', '\n}\n'));
  const rest = await h.answer(query(`\tx := ${shown?.text}`, '\n}\n'));
  assert.equal(`${shown?.text}${rest?.text}`.slice(0, 20), 'executeCommand(rootC');
  assert.match(rest ? sentenceOf(rest.decision) : '', /rest of an earlier draft/);
  assert.equal(h.specialist.queries.length, 1);
  // A threshold that was raised meanwhile holds for it, too.
  h.settings = { ...h.settings, threshold: 1 };
  await h.answer(query('let y = ', '\n'));
  assert.equal(await h.answer(query(`\tx := ${shown?.text}`, '\n}\n')), undefined);
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
  assert.deepEqual([past?.id, past?.text, past?.replaceLength], [along?.id, ';', 0]);
  h.service.accepted(past?.id ?? '');
  await settled();
  const expected = ['const x = executeCommand(rootCmd, second);', '\n'];
  assert.deepEqual([specialist.queries.at(-1)?.prefix, specialist.queries.at(-1)?.suffix], expected);
});

test('a rest replaces a closing bracket only if the draft contains that bracket', () => {
  const at = query('x := run(', ')\n}\n');
  const cache = new KeptSuggestions();
  const past = [
    { text: 'rootCmd', p: 0.95, over: 0 },
    { text: 'rootCmd)', p: 0.8, over: 1 },
    { text: 'rootCmd); err != nil', p: 0.75, over: 1 },
  ];
  cache.put(at, suggestionOf(past));
  assert.deepEqual(restIn(cache, query('x := run(rootCmd', ')\n}\n')), { text: '); err != nil', over: 1 });
  assert.deepEqual(restIn(cache, query('x := run(rootCmd)', '\n}\n')), { text: '; err != nil', over: 0 });
  // The editor closes a typed bracket before the other closing brackets. The text contains both.
  cache.put(at, kept('get(x)); err', 'specialist', 1));
  assert.deepEqual(restIn(cache, query('x := run(get(', '))\n}\n')), { text: 'x)); err', over: 2 });
});

test('if the API may answer too, both models complete the text before the closing brackets', async () => {
  const h = new Harness({ specialist: new ScriptedSpecialist(draft('rootCmd, second', 0.97)) });
  const shown = await h.answer(query('const x = executeCommand(', ')\n'));
  assert.deepEqual([shown?.text, shown?.replaceLength], ['rootCmd, second', 0]);
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
