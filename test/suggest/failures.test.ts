// The completion service in special cases: API failures, secrets, selected text, prefetch, blocks.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Snippet } from '../../src/common/completion.ts';
import { ok } from '../../src/common/errors.ts';
import { llmAnswer, ScriptedLlm } from '../fakes/llm.ts';
import { draft, ScriptedSpecialist } from '../fakes/specialist.ts';
import {
  Deferred,
  drafted,
  FAIR,
  failure,
  Harness,
  type Options,
  position,
  query,
  SURE,
  settled,
  sure,
  unsure,
  withHeldLlm,
} from './harness.ts';

/** A harness in which the large model is asked although the local draft is fair. */
const withFairDraft = (options: Options) =>
  new Harness({
    specialist: new ScriptedSpecialist(drafted('local();', FAIR)),
    settings: { balance: 0.9 },
    ...options,
  });

for (const code of [
  'bad-key',
  'rate-limited',
  'overloaded',
  'timeout',
  'malformed',
  'network',
  'over-budget',
] as const) {
  test(`${code}: the fair local draft is shown, one event is sent, and the backoff prevents more calls`, async () => {
    const llm = new ScriptedLlm(() => failure(code));
    const h = withFairDraft({ llm });
    const first = await h.answer(position);
    assert.equal(first?.source, 'specialist');
    assert.equal(first?.decision.reason, `the large model failed (${code})`);
    const kept = code !== 'over-budget' && code !== 'timeout';
    for (let i = 0; i < 5; i++) await h.answer(query(`let v${i} = `, '\n'), {}, kept ? 100 : 1000);
    assert.equal(h.of('api-failed').length, 1);
    assert.equal(h.of('api-failed')[0]?.code, code);
    assert.equal(h.of('answered').length, 6);
    if (code !== 'over-budget' && code !== 'timeout') assert.equal(llm.requests.length, 1, 'kept away by the backoff');
  });
}

test('a key refused while the next call is prepared is not tried again', async () => {
  const redacted = new Deferred<string>();
  const llm = new ScriptedLlm('remote();');
  const redact = { text: () => redacted.promise, path: async (path: string) => path };
  const h = withFairDraft({ llm, redact });
  const asked = h.ask(position);
  await h.clock.advance(1000);
  h.backoff.failed({ code: 'bad-key', message: 'The API does not take the key.' });
  redacted.give('');
  await asked.promise;
  assert.equal(llm.requests.length, 0);
  assert.equal(asked.answer?.decision.reason, 'the large model is not available');
});

test('after the backoff the API is called again, and a success resets the backoff', async () => {
  const llm = new ScriptedLlm((_r, call) => (call === 0 ? failure('rate-limited', 5000) : 'remote();'));
  const h = new Harness({ specialist: unsure(), llm });
  await h.answer(position);
  await h.answer(query('let b = ', '\n'));
  assert.equal(llm.requests.length, 1);
  await h.clock.advance(6000);
  assert.equal((await h.answer(query('let c = ', '\n')))?.source, 'api');
  assert.equal(h.of('api-recovered').length, 1);
});

test('a large model that throws counts as a failure', async () => {
  const llm = new ScriptedLlm(() => Promise.reject(new Error('a bug')));
  const h = withFairDraft({ llm });
  assert.equal((await h.answer(position))?.source, 'specialist');
  assert.equal(h.of('api-failed')[0]?.code, 'malformed');
});

test('a specialist that throws or returns nothing leaves the answer to the API', async () => {
  for (const script of [() => Promise.reject(new Error('the worker died')), () => undefined, () => '']) {
    const h = new Harness({ specialist: new ScriptedSpecialist(script as () => undefined) });
    assert.equal((await h.answer(position))?.source, 'api');
  }
});

test('an empty API answer is kept, and the fair draft is shown', async () => {
  const llm = new ScriptedLlm('');
  const h = new Harness({ specialist: unsure(), llm });
  assert.equal(await h.answer(position), undefined);
  assert.equal(await h.answer(position), undefined);
  assert.equal(llm.requests.length, 1);
  const fair = withFairDraft({ llm: new ScriptedLlm('\n') });
  assert.equal((await fair.answer(position))?.source, 'specialist');
  assert.equal((await fair.answer(position))?.source, 'specialist');
});

test('with a fair draft the wait is limited, and the late answer is kept', async () => {
  const { held, h } = withHeldLlm({
    specialist: new ScriptedSpecialist(drafted('local();', FAIR)),
    settings: { balance: 0.9 },
  });
  const asked = h.ask(position);
  await h.clock.advance(1800);
  assert.ok(!asked.done);
  await h.clock.advance(1500);
  assert.equal(asked.answer?.source, 'specialist');
  held.give('remote();');
  await h.clock.advance(0);
  assert.equal(h.of('paid-unshown').length, 1);
  assert.equal((await h.answer(position))?.text, asked.answer?.text, 'the visible suggestion is not replaced');
  h.settings = { ...h.settings, apiAllowed: false };
  await h.answer(query('elsewhere', '\n'));
  assert.equal((await h.answer(position))?.text, 'remote();');
});

test('inside a word only a manual request gets a suggestion', async () => {
  const h = new Harness({ specialist: sure() });
  assert.equal(await h.answer(query('con', 'st x')), undefined);
  assert.equal(h.specialist.queries.length, 0);
  assert.equal((await h.answer(query('con', 'st x'), { trigger: 'manual' }))?.source, 'specialist');
});

test('the answer begins with the selected suggestion', async () => {
  const h = new Harness({ specialist: sure('(value);') });
  const completion = await h.answer(query('console.l', '\n'), { selectedText: 'og' });
  assert.equal(completion?.text, 'og(value);');
  assert.equal(h.specialist.queries[0]?.prefix, 'console.log');
});

test('a failing redaction sends nothing, and the fair draft is shown', async () => {
  const llm = new ScriptedLlm('remote();');
  const broken = () => Promise.reject(new Error('broken rule'));
  const redact = { text: broken, path: async (path: string) => path };
  const h = withFairDraft({ llm, redact });
  assert.equal((await h.answer(position))?.source, 'specialist');
  assert.equal(llm.requests.length, 0);
  assert.equal(h.errors.length, 1);
});

test('an answer cut by its length limit loses its last line', async () => {
  const cut = ok(llmAnswer('\n  a();\n  b(', { truncated: true }));
  const h = new Harness({ specialist: unsure(), llm: new ScriptedLlm(() => cut) });
  assert.equal((await h.answer(query('function f() {', '\n')))?.text, '\n  a();');
  const line = ok(llmAnswer('a(b, c', { truncated: true }));
  const other = new Harness({ specialist: unsure(), llm: new ScriptedLlm(() => line) });
  assert.equal(await other.answer(position), undefined);
});

test('reset() aborts in-flight calls', async () => {
  const { llm, h } = withHeldLlm();
  const asked = h.ask(position);
  await h.clock.advance(700);
  assert.equal(llm.open, 1);
  h.settings = { ...h.settings, apiAllowed: false };
  h.service.reset();
  await h.clock.advance(700);
  assert.equal(llm.open, 0);
  assert.ok(asked.done && asked.answer === undefined);
  assert.equal(llm.requests.length, 1);
});

test('a listener that throws does not fail the completion', async () => {
  const h = new Harness({ specialist: sure() });
  h.events.push = () => {
    throw new Error('a bug in the panel');
  };
  assert.equal((await h.answer(position))?.text, 'local();');
  assert.ok(h.errors.length > 0);
});

test('after an accept the next position is prefetched locally', async () => {
  const specialist = new ScriptedSpecialist((q) => drafted(q.prefix.endsWith(';') ? ' // next' : 'local();', SURE));
  const h = new Harness({ specialist });
  const first = await h.answer(position);
  h.service.accepted(first?.id ?? '');
  await settled();
  assert.equal(specialist.queries.length, 2);
  assert.deepEqual(h.of('outcome').at(-1), {
    kind: 'outcome',
    id: first?.id ?? '',
    outcome: 'accepted',
    acceptedLength: 8,
  });
  const next = await h.answer(query('const x = local();', '\n'));
  assert.equal(next?.text, ' // next');
  assert.ok(next?.cached);
  assert.equal(specialist.queries.length, 2);
});

test('a prefetch calls the API only if the setting allows it', async () => {
  for (const prefetchFromApi of [false, true]) {
    const llm = new ScriptedLlm('remote();');
    const h = new Harness({ specialist: unsure(), llm, settings: { prefetchFromApi } });
    const first = await h.answer(position);
    h.service.accepted(first?.id ?? '');
    await h.clock.advance(1000);
    assert.equal(llm.requests.length, prefetchFromApi ? 2 : 1);
  }
});

test('several rejections in a row raise the threshold for a while', async () => {
  const specialist = new ScriptedSpecialist(draft('local', 0.95));
  const h = new Harness({ specialist, llm: undefined, settings: { threshold: 0.8 } });
  let prefix = '';
  let shown = 0;
  for (let i = 0; i < 8; i++) {
    prefix += `n${i} = \n`;
    if ((await h.answer(query(prefix, '\n'), {}, 1000)) !== undefined) shown++;
  }
  assert.ok(shown >= 3 && shown < 8, `${shown} shown`);
  assert.equal(await h.answer(query(`${prefix}z = \n`, '\n')), undefined);
  const expected = undefined;
  assert.notEqual(await h.answer(query(`${prefix}zm = \n`, '\n'), { trigger: 'manual' }), expected, 'who asks gets it');
  await h.clock.advance(30_000);
  assert.notEqual(await h.answer(query(`${prefix}zz = \n`, '\n')), undefined);
});

test('a text that was rejected in a line is not proposed there again', async () => {
  const specialist = new ScriptedSpecialist(draft('localFunctionName();', 0.98, { confidence: 0.35 }));
  const h = new Harness({ specialist, llm: undefined, settings: { threshold: 0.4 } });
  assert.equal((await h.answer(query('a ', '\n')))?.text, 'localFunctionName();');
  assert.equal(await h.answer(query('a b ', '\n')), undefined);
  const actual = await h.answer(query('a b ', '\n'), { trigger: 'manual' });
  assert.notEqual(actual, undefined, 'a manual request gets the suggestion');
});

test('what was deleted of an accepted suggestion is not proposed there again, not even from the cache', async () => {
  const head = 'const value = ';
  const texts: Record<string, string> = { [head]: 'first(second);', [`${head}first`]: '(second);' };
  const specialist = new ScriptedSpecialist(({ prefix }) => drafted(texts[prefix] ?? '', SURE));
  const h = new Harness({ specialist, llm: undefined });
  const accepted = await h.answer(query(head, '\n'));
  h.service.accepted(accepted?.id ?? '');
  assert.equal(await h.answer(query(`${head}first`, '\n')), undefined);
  assert.equal((await h.answer(query(`${head}first`, '\n'), { trigger: 'manual' }))?.text, '(second);');
  await h.clock.advance(30_000);
  assert.equal((await h.answer(query(`${head}first`, '\n')))?.text, '(second);');
});

test('a suggestion is proposed again after the cursor was elsewhere', async () => {
  const h = new Harness({ specialist: new ScriptedSpecialist(drafted('local();', SURE)), llm: undefined });
  await h.answer(query('const a = ', '\n'));
  await h.answer(query('const a = \nconst b = ', '\n'));
  assert.equal((await h.answer(query('const a = ', '\nconst b = \n')))?.text, 'local();');
});

test('a block is requested where syntax opens one, if the setting allows it', async () => {
  for (const multiline of [true, false]) {
    let options: unknown;
    const specialist = new ScriptedSpecialist((_q, o) => {
      options = o;
      return drafted('\n  return 1;\n}', SURE);
    });
    const h = new Harness({ specialist, llm: undefined, settings: { multiline } });
    const completion = await h.answer(query('function f() {', '\n'));
    assert.equal((options as { multiline: boolean }).multiline, multiline);
    assert.equal(completion?.text, multiline ? '\n  return 1;\n}' : undefined);
  }
});

test('several lines are suggested if the draft has them and the setting allows it', async () => {
  for (const multiline of [true, false]) {
    const specialist = new ScriptedSpecialist(() => ({
      ...drafted('first();', SURE),
      continuation: drafted('\nsecond();', SURE),
    }));
    const h = new Harness({ specialist, llm: undefined, settings: { multiline } });
    const completion = await h.answer(query('zeroth();\n', '\n'));
    assert.equal(completion?.text, multiline ? 'first();\nsecond();' : 'first();');
  }
});

test('the draft is sent with its estimate, however unsure', async () => {
  const llm = new ScriptedLlm('remote();');
  const h = withFairDraft({ llm, settings: { balance: 1 } });
  await h.answer(position);
  const [sure] = llm.requests[0]?.drafts ?? [];
  assert.equal(sure?.text, 'local();');
  const weak = new Harness({ specialist: unsure('local(a, b, c, d);'), llm });
  await weak.answer(position);
  const [unsureDraft] = llm.requests[1]?.drafts ?? [];
  assert.equal(unsureDraft?.text, 'local(a, b, c, d);');
  assert.ok((unsureDraft?.estimate ?? 1) < (sure?.estimate ?? 0));
});

test('a manual request gets the local draft after an empty API answer', async () => {
  const llm = new ScriptedLlm('');
  const weak = new ScriptedSpecialist(draft('guess();', 0.2, { confidence: 0.01 }));
  const h = new Harness({ specialist: weak, llm, settings: { balance: 1 } });
  await h.answer(position, {}, 5000);
  const calls = llm.requests.length;
  assert.ok((await h.answer(position, { trigger: 'manual' }))?.text.startsWith('guess'));
  assert.equal(llm.requests.length, calls, 'no call is repeated');
});

const TEXT = 'local(one);';
/** A confidence at which the draft is used at first, and the API is called after a rejection. */
const BETWEEN = 0.5;
const first = query('let a = 1;\nlet v = ', '\n');

function setup() {
  const snippetPrefixes: string[] = [];
  const specialist = new ScriptedSpecialist(() => drafted(TEXT, BETWEEN));
  const snippets = async ({ prefix }: { readonly prefix: string }): Promise<Snippet[]> => {
    snippetPrefixes.push(prefix);
    return [];
  };
  Object.assign(specialist, { snippets });
  const llm = new ScriptedLlm('remote();');
  return { h: new Harness({ specialist, llm, settings: { balance: 0.3 } }), llm, snippetPrefixes };
}

test('after a rejection the API is called in that line, and the rejected draft is used to find snippets', async () => {
  const { h, llm, snippetPrefixes } = setup();
  assert.equal((await h.answer(first))?.source, 'specialist');
  const other = await h.answer(query('let a = 1;\nlet v = other', '\n'));
  assert.equal(h.of('outcome').at(-1)?.outcome, 'rejected');
  assert.equal(other?.source, 'api');
  assert.equal(llm.requests.length, 1);
  assert.ok(snippetPrefixes.at(-1)?.endsWith(`let v = other${TEXT}`));
  assert.ok(!JSON.stringify(llm.requests[0]?.query).includes(TEXT));
  assert.equal((await h.answer(query('let a = 1;\nlet v = other\nlet w = ', '\n')))?.source, 'specialist');
  const again = setup();
  await again.h.answer(first);
  await again.h.answer(query('let a = 1;\nlet v = other', '\n'), {}, 25_000);
  await again.h.clock.advance(25_000);
  assert.equal((await again.h.answer(query('let a = 1;\nlet v = others', '\n')))?.source, 'specialist');
});
