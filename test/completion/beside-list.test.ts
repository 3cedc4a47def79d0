// Suggestions at positions where the editor would open its own list. Such a suggestion hides the list, so it needs more
// confidence, and comes at once or after a pause.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ok } from '../../src/common/errors.ts';
import { llmAnswer, ScriptedLlm } from '../fakes/llm.ts';
import { draft, ScriptedSpecialist } from '../fakes/specialist.ts';
import { Deferred, drafted, FAIR, Harness, position, query, SURE, settled, sure, UNSURE, unsure } from './harness.ts';

const beside = { opensList: true } as const;

test('a suggestion needs more confidence to hide the list, unless it continues an entry of it', async () => {
  const fair = () => new ScriptedSpecialist(draft('customerNamesByRegion', 0.51));
  const settings = { threshold: 0.7 };
  const h = () => new Harness({ specialist: fair(), llm: undefined, settings });
  assert.equal((await h().answer(position))?.text, 'customerNamesByRegion');
  assert.equal(await h().answer(position, beside), undefined);
  assert.equal((await h().answer(position, { ...beside, selectedText: 'all' }))?.text, 'allcustomerNamesByRegion');
  const certain = new Harness({ specialist: sure(), llm: undefined, settings });
  assert.equal((await certain.answer(position, beside))?.text, 'local();');
});

test('the list waits 100 ms for an answer, and a later answer is cached for the position', async () => {
  const specialist = new ScriptedSpecialist(() => h.clock.sleep(150).then(() => drafted('local();', SURE)));
  const h: Harness = new Harness({ specialist, llm: undefined });
  const asked = h.ask(position, beside);
  await h.clock.advance(99);
  assert.ok(!asked.done);
  await h.clock.advance(1);
  assert.ok(asked.done);
  assert.equal(asked.answer, undefined);
  assert.equal(h.ready, 0);
  await h.clock.advance(50);
  assert.equal(h.ready, 1);
  assert.equal(h.of('answered').length, 0, 'no suggestion was visible');
  const again = await h.answer(position, beside, 0);
  assert.equal(again?.text, 'local();');
  assert.equal(specialist.queries.length, 1);
});

test('the list does not wait for the API, whose answer is offered later, once', async () => {
  const llm = new ScriptedLlm('remote();');
  const h = new Harness({ specialist: unsure(), llm });
  const asked = h.ask(position, beside);
  await settled();
  assert.ok(asked.done);
  assert.equal(llm.requests.length, 0);
  await h.clock.advance(1000);
  assert.equal(llm.requests.length, 1);
  assert.equal(h.ready, 1);
  assert.equal((await h.answer(position, beside, 0))?.text, 'remote();');
  assert.equal(llm.requests.length, 1);
});

test('an answer that arrives after the list opened is offered later, and does not count as shown before', async () => {
  const held = new Deferred<string>();
  const slow = ok(llmAnswer('first();', { latencyMs: 12_000, firstTokenMs: 12_000 }));
  const llm = new ScriptedLlm((_r, call) => (call === 0 ? slow : held.promise));
  const specialist = new ScriptedSpecialist(drafted('local();', FAIR));
  const h = new Harness({ specialist, llm, settings: { balance: 0.9 } });
  await h.answer(query('let a = ', '\n'));
  const begun = h.ask(position, { trigger: 'manual' });
  await settled();
  begun.cancel();
  assert.deepEqual([llm.open, h.of('answered').length], [1, 1]);
  const asked = h.ask(position, beside);
  await h.clock.advance(100);
  assert.ok(asked.done && asked.answer === undefined);
  await h.clock.advance(2000);
  assert.equal(h.of('answered').length, 1, 'patience is over, and the list is open');
  h.ask(position, beside);
  await h.clock.advance(150);
  held.give('remote();');
  await settled();
  assert.deepEqual([h.of('answered').length, h.ready], [1, 1]);
  assert.equal((await h.answer(position, beside, 0))?.text, 'remote();');
});

test('nothing is offered after typing, after the attention time, or without an answer', async () => {
  const specialist = new ScriptedSpecialist((_q, _o, call) =>
    h.clock.sleep(150).then(() => drafted('local();', call === 0 ? SURE : UNSURE)),
  );
  const h: Harness = new Harness({ specialist, llm: undefined });
  h.ask(position, beside);
  await h.clock.advance(110);
  await h.answer(query('const x = q', '\n'), beside);
  assert.equal(h.ready, 0);
  const late = new ScriptedLlm(() => slow.clock.sleep(2500).then(() => 'remote();'));
  const slow: Harness = new Harness({ specialist: unsure(), llm: late });
  await slow.answer(position, beside, 4000);
  assert.equal(late.requests.length, 1);
  assert.equal(slow.ready, 0);
  const empty = new Harness({ specialist: unsure(), llm: new ScriptedLlm('') });
  await empty.answer(position, beside, 4000);
  assert.equal(empty.ready, 0);
});

test('a suggestion that is being typed stays, with or without a list', async () => {
  const h = new Harness({ specialist: sure('localName(first);') });
  const first = await h.answer(position);
  const along = await h.answer(query('const x = loc', '\n'), beside, 0);
  assert.equal(along?.id, first?.id);
});

test('a manual request uses the usual threshold and has no time limit', async () => {
  const specialist = new ScriptedSpecialist(() => h.clock.sleep(300).then(() => draft('customerNamesByRegion', 0.51)));
  const h: Harness = new Harness({ specialist, llm: undefined });
  assert.equal((await h.answer(position, { ...beside, trigger: 'manual' }))?.text, 'customerNamesByRegion');
});
