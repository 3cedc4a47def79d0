// When the API is called while the user types: after a pause, and at most once for a word. A visible suggestion does
// not change; with local first it holds the call back until the user has judged it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { llmAnswer, ScriptedLlm } from '../fakes/llm.ts';
import { draft, ScriptedSpecialist } from '../fakes/specialist.ts';
import { type Asked, Deferred, drafted, FAIR, Harness, position, query, settled, UNSURE, unsure } from './harness.ts';

/** Time from a keystroke to the editor's request, ms. */
const EDITOR_MS = 50;

/** Types one key after the other. With each key the editor cancels its earlier request. */
async function typed(h: Harness, before: string, text: string, gapMs: (at: number) => number): Promise<Asked[]> {
  const asked: Asked[] = [];
  for (let at = 1; at <= text.length; at++) {
    asked.at(-1)?.cancel();
    await h.clock.advance(EDITOR_MS);
    asked.push(h.ask(query(before + text.slice(0, at), '\n')));
    await h.clock.advance(gapMs(at) - EDITOR_MS);
  }
  return asked;
}

/** An API that takes `ms` for each answer, in a service whose specialist takes `localMs`. */
function slowly(answer: string, ms: number, localMs = 0): { h: Harness; llm: ScriptedLlm } {
  const llm = new ScriptedLlm(() => h.clock.sleep(ms).then(() => answer));
  const specialist = new ScriptedSpecialist(() => h.clock.sleep(localMs).then(() => drafted('local();', UNSURE)));
  const h = new Harness({ specialist, llm });
  return { h, llm };
}

for (const gapMs of [100, 250, 380, 550, 900]) {
  test(`typing a word of seven letters makes at most one call, with ${gapMs} ms between keys`, async () => {
    for (const ms of [150, 600, 1500]) {
      const { h, llm } = slowly('somethingElse();', ms, 60);
      await typed(h, 'const x = ', 'average', () => gapMs);
      assert.ok(llm.requests.length <= 1, `${llm.requests.length} calls at ${ms} ms`);
    }
  });
}

test('an in-flight call is kept while it may fit, despite a slow specialist and new keys', async () => {
  const { h, llm } = slowly('verage(all);', 1500, 190);
  const asked = await typed(h, 'const x = ', 'aver', (at) => (at === 1 ? 700 : 400));
  await h.clock.advance(1000);
  assert.equal(llm.requests.length, 1);
  assert.equal(llm.cancelled, 0);
  assert.equal(asked.at(-1)?.answer?.text, 'age(all);');
});

test('a second call within a word starts only after a pause of one second', async () => {
  const { h, llm } = slowly('no();', 100);
  await typed(h, 'const x = ', 'a', () => 900);
  assert.equal(llm.requests.length, 1);
  h.ask(query('const x = av', '\n'));
  await h.clock.advance(900);
  assert.equal(llm.requests.length, 1);
  await h.clock.advance(300);
  assert.equal(llm.requests.length, 2);
});

/** A local line that is about as good as the API's answer, at a position where the router chooses the API. */
function withGoodLine(answer: string): { h: Harness; llm: ScriptedLlm } {
  const llm = new ScriptedLlm(answer);
  // The confidence of the whole line is fair, and that of its tokens is high.
  const specialist = new ScriptedSpecialist((_q, _o, call) =>
    call === 0 ? drafted('localName', FAIR) : drafted('x', UNSURE),
  );
  return { h: new Harness({ specialist, llm }), llm };
}

test('a good local line is shown at once while the API is called', async () => {
  const { h, llm } = withGoodLine('localName(first, second);');
  const asked = h.ask(position);
  await settled();
  assert.equal(asked.answer?.text, 'localName');
  assert.equal(asked.answer?.decision.reason, 'the large model is asked meanwhile');
  await h.clock.advance(1000);
  assert.equal(llm.requests.length, 1);
  // The visible suggestion stays, although the longer answer has arrived.
  const along = await h.answer(query('const x = loc', '\n'), {}, 0);
  assert.equal(along?.text, 'alName');
  assert.equal(along?.id, asked.answer?.id);
  h.service.accepted(along?.id ?? '');
  const next = await h.answer(query('const x = localName', '\n'), {}, 0);
  assert.equal(next?.text, '(first, second);');
  assert.equal(next?.source, 'api');
  assert.equal(llm.requests.length, 1);
});

test('a local line saves no money if the API is called, too slow, or returns nothing', async () => {
  const { h } = withGoodLine('localName(first, second);');
  assert.equal((await h.answer(position))?.savedUsd, 0);
  const fair = () => new ScriptedSpecialist(drafted('local();', FAIR));
  const settings = { balance: 0.9 };
  const slow = new Harness({
    ...{ specialist: fair(), settings },
    llm: new ScriptedLlm(() => new Deferred<string>().promise),
  });
  const late = await slow.answer(position, {}, 2000);
  assert.deepEqual([late?.source, late?.savedUsd], ['specialist', 0]);
  const silent = new Harness({ ...{ specialist: fair(), settings }, llm: new ScriptedLlm('') });
  const instead = await silent.answer(position);
  assert.deepEqual([instead?.source, instead?.savedUsd], ['specialist', 0]);
});

test('an answer after the attention time waits for the next key', async () => {
  const held = new Deferred<string>();
  const h = new Harness({ specialist: unsure(), llm: new ScriptedLlm(() => held.promise) });
  const asked = h.ask(position);
  await h.clock.advance(2200);
  held.give('remote();');
  await h.clock.advance(0);
  assert.ok(asked.done);
  assert.equal(asked.answer, undefined);
  const decision = h.of('nothing')[0]?.decision;
  const expected = ['its answer waits for the next key', 2200];
  assert.deepEqual([decision?.reason, decision && 'tookMs' in decision && decision.tookMs], expected);
  assert.equal(h.of('paid-unshown').length, 1);
  assert.equal((await h.answer(query('const x = r', '\n'), {}, 0))?.text, 'emote();');
});

const localFirstSettings = { balance: 0.4, localFirst: true, threshold: 0.6 } as const;

/** Each token is likely, the whole line is not. */
const goodBeginning = draft('localName(argument)', 0.99, { confidence: 0.15 });

/** The beginning is worth showing, and the large model is likelier right in the whole line; later drafts are unsure. */
function localFirst(answer = 'remoteName(first, second);') {
  const llm = new ScriptedLlm(answer);
  const specialist = new ScriptedSpecialist((_q, _o, call) =>
    call === 0 ? goodBeginning : drafted('anotherCall(argument)', UNSURE),
  );
  return { h: new Harness({ specialist, llm, settings: localFirstSettings }), llm };
}

test('a shown local suggestion makes no call while the next keys follow it', async () => {
  const { h, llm } = localFirst();
  const shown = await h.answer(position, {}, 150);
  assert.equal(shown?.source, 'specialist');
  for (const typed of ['l', 'lo', 'loc', 'loca']) {
    const along = await h.answer(query(`const x = ${typed}`, '\n'), {}, 150);
    assert.equal(along?.id, shown?.id);
  }
  await h.clock.advance(10_000);
  assert.equal(llm.requests.length, 0);
});

test('a key that contradicts the shown suggestion makes the call after the debounce', async () => {
  const { h, llm } = localFirst();
  await h.answer(position, {}, 400);
  const asked = h.ask(query('const x = r', '\n'));
  await h.clock.advance(199);
  assert.equal(llm.requests.length, 0);
  await h.clock.advance(1000);
  assert.equal(llm.requests.length, 1);
  assert.equal(asked.done, true);
});

test('a pause without acceptance makes the call, whose answer waits for a key that contradicts', async () => {
  const { h, llm } = localFirst();
  const asked = h.ask(position);
  await h.clock.advance(900);
  assert.equal(llm.requests.length, 0);
  await h.clock.advance(600);
  assert.equal(llm.requests.length, 1);
  assert.deepEqual(llm.requests[0]?.drafts, [], 'a draft that was not accepted is not shown');
  assert.equal(asked.answer?.source, 'specialist');
  const other = await h.answer(query('const x = r', '\n'), {}, 0);
  assert.deepEqual([other?.text, other?.source], ['emoteName(first, second);', 'api']);
  assert.equal(llm.requests.length, 1);
});

test('the pause follows how long the user takes to accept', async () => {
  const llm = new ScriptedLlm();
  const specialist = new ScriptedSpecialist(goodBeginning);
  const h = new Harness({ specialist, llm, settings: localFirstSettings });
  for (let i = 0; i < 5; i++) {
    const shown = await h.answer(query(`const x${i} = `, '\n'), {}, 400);
    h.service.accepted(shown?.id ?? '');
    await settled();
  }
  assert.equal(llm.requests.length, 0);
  h.ask(query('const last = ', '\n'));
  await h.clock.advance(390);
  assert.equal(llm.requests.length, 0);
  await h.clock.advance(30);
  assert.equal(llm.requests.length, 1);
});

test('no call is made where the rest of the line is probably short', async () => {
  const short = new Harness({
    specialist: new ScriptedSpecialist(drafted(');', UNSURE)),
    settings: localFirstSettings,
  });
  assert.equal(await short.answer(query('read(name)', '\n'), {}, 3000), undefined);
  assert.equal((short.llm as ScriptedLlm).requests.length, 0);
  assert.equal(short.of('nothing')[0]?.decision?.reason, 'a call would write too little');
  const byHand = await short.answer(query('read(name)', '\n'), { trigger: 'manual' });
  assert.equal(byHand?.source, 'api');
});

test('a call is made at the start of a line for which the local model is weak, before any adaptation', async () => {
  const llm = new ScriptedLlm('const run = () => fn(signal);');
  const h = new Harness({
    specialist: new ScriptedSpecialist(drafted('},', UNSURE)),
    llm,
    settings: localFirstSettings,
  });
  // An answer that takes 1.1 seconds raises the price of a call.
  llm.answer = (text) => llmAnswer(text, { latencyMs: 1100, firstTokenMs: 700 });
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'])
    assert.equal((await h.answer(query(`${name}();\n    `, '\n'), {}, 3000))?.source, 'api');
});

const behind = ' = new Scanner(in);\n';
const atName = (typed: string) => query(`Scanner ${typed}`, behind, 'A.java', 'java');

test('a name that was typed over does not come back, also not from the cache, but its new end may', async () => {
  const h = new Harness({ specialist: new ScriptedSpecialist(drafted('ner', FAIR)), llm: undefined });
  assert.equal((await h.answer(atName('scan'), { replaced: 'scanner' }))?.text, undefined);
  assert.equal((await h.answer(atName('scan'), { replaced: 'reader' }))?.text, 'ner');
  assert.equal((await h.answer(atName('scan'), { replaced: 'scanner' }))?.text, undefined, 'from the cache');
  assert.equal((await h.answer(atName('scan'), { replaced: 'scanner', trigger: 'manual' }))?.text, 'ner');
});

test('where a word was replaced in mid-line only the new word goes on, and no call is paid for more', async () => {
  const llm = new ScriptedLlm('.of(next)');
  const specialist = new ScriptedSpecialist(({ prefix }) =>
    drafted(prefix.endsWith('scanner') ? '.of(next)' : 'ner.of(next)', FAIR),
  );
  const h = new Harness({ specialist, llm });
  const replaced = { replaced: 'reader' };
  assert.equal((await h.answer(atName('scan'), replaced))?.text, 'ner');
  assert.equal((await h.answer(atName('scanner'), replaced))?.text, undefined);
  assert.equal(llm.requests.length, 0);
  assert.match(h.of('nothing').at(-1)?.decision.reason ?? '', /a word was replaced in the line/);
  // At the line's end the rest of the line is free.
  const atEnd = query('Scanner scan', '\n', 'B.java', 'java');
  assert.equal((await h.answer(atEnd, replaced))?.text, 'ner.of(next)');
});

test('where more than a word was replaced, a suggestion may begin with something else than a word', async () => {
  const h = new Harness({ specialist: new ScriptedSpecialist(drafted("'all';", FAIR)), llm: undefined });
  const atEnd = query('const kind = ', '\n');
  assert.equal((await h.answer(atEnd, { replaced: '' }))?.text, "'all';");
  assert.equal((await h.answer(atEnd, { replaced: '' }))?.text, "'all';", 'from the cache');
  assert.equal((await h.answer(query('const kind = ', ' + 1;\n'), { replaced: '' }))?.text, undefined, 'in mid-line');
});

test('an answer that brings a replaced word back is not shown, and not paid for again', async () => {
  const llm = new ScriptedLlm('ner(in);');
  const h = new Harness({ specialist: unsure('local();'), llm });
  const atEnd = query('Scanner scan', '\n', 'A.java', 'java');
  for (let request = 0; request < 2; request++)
    assert.notEqual((await h.answer(atEnd, { replaced: 'scanner' }, 3000))?.source, 'api');
  assert.equal(llm.requests.length, 1);
  assert.equal((await h.answer(atEnd, { replaced: 'reader' }, 3000))?.text, 'ner(in);', 'it waits in the cache');
  assert.equal(llm.requests.length, 1);
});
