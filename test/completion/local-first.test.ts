// Local first: a shown local suggestion holds the call back until the user has judged it, as keys arrive in an editor.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { llmAnswer, ScriptedLlm } from '../fakes/llm.ts';
import { draft, ScriptedSpecialist } from '../fakes/specialist.ts';
import { drafted, Harness, position, query, settled, UNSURE } from './harness.ts';

const settings = { balance: 0.4, localFirst: true, threshold: 0.6 } as const;

/** Each token is likely, the whole line is not. */
const goodBeginning = draft('localName(argument)', 0.99, { confidence: 0.15 });

/** The beginning is worth showing, and the large model is likelier right in the whole line; later drafts are unsure. */
function localFirst(answer = 'remoteName(first, second);') {
  const llm = new ScriptedLlm(answer);
  const specialist = new ScriptedSpecialist((_q, _o, call) =>
    call === 0 ? goodBeginning : drafted('anotherCall(argument)', UNSURE),
  );
  return { h: new Harness({ specialist, llm, settings }), llm };
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

test('an accepted suggestion makes no call at its position', async () => {
  const { h, llm } = localFirst();
  const shown = await h.answer(position, {}, 500);
  h.service.accepted(shown?.id ?? '');
  await h.clock.advance(10_000);
  assert.equal(llm.requests.length, 0);
});

test('the pause follows how long the user takes to accept', async () => {
  const llm = new ScriptedLlm();
  const specialist = new ScriptedSpecialist(goodBeginning);
  const h = new Harness({ specialist, llm, settings });
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
  const short = new Harness({ specialist: new ScriptedSpecialist(drafted(');', UNSURE)), settings });
  assert.equal(await short.answer(query('read(name)', '\n'), {}, 3000), undefined);
  assert.equal((short.llm as ScriptedLlm).requests.length, 0);
  assert.equal(short.of('nothing')[0]?.decision?.reason, 'a call would write too little');
  const byHand = await short.answer(query('read(name)', '\n'), { trigger: 'manual' });
  assert.equal(byHand?.source, 'api');
});

test('a call is made at the start of a line for which the local model is weak, before any adaptation', async () => {
  const llm = new ScriptedLlm('const run = () => fn(signal);');
  const h = new Harness({ specialist: new ScriptedSpecialist(drafted('},', UNSURE)), llm, settings });
  // An answer that takes 1.1 seconds raises the price of a call.
  llm.answer = (text) => llmAnswer(text, { latencyMs: 1100, firstTokenMs: 700 });
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'])
    assert.equal((await h.answer(query(`${name}();\n    `, '\n'), {}, 3000))?.source, 'api');
});
