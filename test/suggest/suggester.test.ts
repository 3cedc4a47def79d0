// The completion service: which model answers, races, cancellation, and reuse of answers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Draft } from '../../src/common/completion.ts';
import { ok } from '../../src/common/errors.ts';
import { llmAnswer, ScriptedLlm } from '../fakes/llm.ts';
import { ScriptedSpecialist } from '../fakes/specialist.ts';
import { Deferred, drafted, Harness, position, query, settled, sure, UNSURE, unsure, withHeldLlm } from './harness.ts';

test('a confident draft is shown at once, without the API', async () => {
  const llm = new ScriptedLlm();
  const h = new Harness({ specialist: sure(), llm });
  const asked = h.ask(position);
  await settled();
  assert.equal(asked.answer?.text, 'local();');
  assert.equal(asked.answer?.source, 'specialist');
  assert.equal(asked.answer?.decision.kind, 'show');
  assert.equal(asked.answer?.costUsd, 0);
  assert.equal(asked.answer?.savedUsd, llm.estimate);
  assert.equal(llm.requests.length, 0);
  const kinds = h.events.map((e) => e.kind);
  assert.deepEqual(kinds, ['answered']);
});

test('an uncertain draft waits for the API after the debounce', async () => {
  const llm = new ScriptedLlm('remote();');
  const h = new Harness({ specialist: unsure(), llm });
  const asked = h.ask(position);
  await h.clock.advance(199);
  assert.equal(llm.requests.length, 0);
  assert.ok(!asked.done);
  await h.clock.advance(600);
  assert.equal(asked.answer?.text, 'remote();');
  assert.equal(asked.answer?.source, 'api');
  assert.equal(asked.answer?.costUsd, 0.001);
  assert.equal(h.of('paid-unshown').length, 0);
});

test('a manual request does not wait', async () => {
  const h = new Harness({ specialist: unsure() });
  const asked = h.ask(position, { trigger: 'manual' });
  await settled();
  assert.equal(asked.answer?.text, 'remote();');
});

test('a forbidden folder never reaches the API', async () => {
  const llm = new ScriptedLlm();
  const h = new Harness({ specialist: unsure(), llm, settings: { apiAllowed: false } });
  assert.equal(await h.answer(position), undefined);
  assert.equal(await h.answer(query('other = ')), undefined);
  assert.equal(llm.requests.length, 0);
  assert.equal(h.of('nothing').length, 2);
  assert.equal(h.of('nothing')[0]?.decision.kind, 'hold');
});

test('typing the ghost text asks no model, keeps the id and sends no event', async () => {
  const h = new Harness({ specialist: sure('local(first);') });
  const first = await h.answer(position);
  const events = h.events.length;
  for (const typed of ['l', 'lo', 'loc', 'lo', 'local']) {
    const next = await h.answer(query(`const x = ${typed}`, '\n'), {}, 0);
    assert.equal(next?.text, 'local(first);'.slice(typed.length));
    assert.equal(next?.id, first?.id);
    assert.ok(next?.cached);
  }
  // The editor closes the bracket that the user opens.
  const closed = await h.answer(query('const x = local(', ')\n'), {}, 0);
  assert.deepEqual([closed?.text, closed?.replaceLength], ['first);', 1]);
  assert.equal(closed?.id, first?.id);
  assert.equal(h.specialist.queries.length, 1);
  assert.equal(h.events.length, events);
});

test('typing something else sends a request, and the suggestion counts as rejected', async () => {
  const h = new Harness({ specialist: sure('local(first);') });
  const first = await h.answer(position);
  await h.answer(query('const x = q', '\n'));
  assert.equal(h.specialist.queries.length, 2);
  assert.deepEqual(h.of('outcome'), [{ kind: 'outcome', id: first?.id ?? '', outcome: 'rejected', acceptedLength: 0 }]);
});

test('a repeated position is answered from the cache as a new suggestion at no cost', async () => {
  const llm = new ScriptedLlm('remote();');
  const h = new Harness({ specialist: unsure(), llm });
  const first = await h.answer(position);
  await h.answer(query('let y = ', '\n'));
  const again = await h.answer(position);
  assert.equal(again?.text, first?.text);
  assert.notEqual(again?.id, first?.id);
  assert.equal(again?.costUsd, 0);
  assert.equal(llm.requests.length, 2);
});

test('after renew() only the visible suggestion stays', async () => {
  const h = new Harness({ specialist: sure('local(first);') });
  await h.answer(query('let y = ', '\n'));
  const shown = await h.answer(position);
  h.service.renew();
  const along = await h.answer(query('const x = loc', '\n'), {}, 0);
  assert.deepEqual([along?.id, along?.text], [shown?.id, 'al(first);']);
  assert.equal(h.specialist.queries.length, 2);
  await h.answer(query('let y = ', '\n'));
  assert.equal(h.specialist.queries.length, 3);
  await h.answer(position);
  h.service.reset();
  const anew = await h.answer(query('const x = loc', '\n'));
  assert.ok(anew !== undefined && !anew.cached, 'after reset() it goes, too');
});

test('a newer request cancels the earlier one, in the specialist and in the debounce', async () => {
  const held = new Deferred<Draft | undefined>();
  const specialist = new ScriptedSpecialist((_q, _o, call) => (call === 0 ? held.promise : drafted('b();', UNSURE)));
  const llm = new ScriptedLlm('remote();');
  const h = new Harness({ specialist, llm });
  const first = h.ask(query('a', '\n'));
  await settled();
  const second = h.ask(query('ab', '\n'));
  await h.clock.advance(50);
  assert.ok(first.done && first.answer === undefined);
  assert.equal(specialist.cancelled, 1);
  const third = h.ask(query('abc', '\n'));
  await h.clock.advance(1000);
  assert.ok(second.done && second.answer === undefined);
  assert.equal(third.answer?.text, 'remote();');
  assert.equal(llm.requests.length, 1);
  assert.equal(h.errors.length, 0);
});

test('a request cancelled by the editor sends no event and makes no call', async () => {
  const llm = new ScriptedLlm();
  const h = new Harness({ specialist: unsure(), llm });
  const asked = h.ask(position);
  await h.clock.advance(50);
  asked.cancel();
  await h.clock.advance(5000);
  assert.ok(asked.done && asked.answer === undefined);
  assert.equal(llm.requests.length, 0);
  assert.equal(h.clock.pending, 0);
  assert.deepEqual(h.events, []);
});

test('after disposal open requests end and new ones return nothing', async () => {
  const { llm, h } = withHeldLlm();
  const asked = h.ask(position);
  await h.clock.advance(700);
  assert.equal(llm.open, 1);
  h.service.dispose();
  await settled();
  assert.ok(asked.done && asked.answer === undefined);
  assert.equal(llm.open, 0);
  assert.equal(await h.answer(position), undefined);
});

test('the next keystroke joins the in-flight call if its answer continues the typed text', async () => {
  const { held, llm, h } = withHeldLlm();
  const first = h.ask(position);
  await h.clock.advance(400);
  assert.equal(llm.requests.length, 1);
  first.cancel();
  await h.clock.advance(20);
  const second = h.ask(query('const x = re', '\n'));
  await h.clock.advance(100);
  held.give('remote();');
  await settled();
  assert.equal(second.answer?.text, 'mote();');
  assert.equal(second.answer?.costUsd, 0.001, 'the first completion that shows the answer has its cost');
  assert.equal(llm.requests.length, 1);
  assert.equal(llm.cancelled, 0);
});

test('if the in-flight call does not fit, the request makes its own call', async () => {
  const { held, llm, h } = withHeldLlm({ later: 'yes();' });
  const first = h.ask(position);
  await h.clock.advance(400);
  first.cancel();
  const second = h.ask(query('const x = y', '\n'));
  await h.clock.advance(20);
  held.give('no();');
  await h.clock.advance(1300);
  assert.equal(second.answer?.text, 'yes();');
  assert.equal(llm.requests.length, 2);
  assert.deepEqual([second.answer?.costUsd, ...h.of('paid-unshown').map(({ costUsd }) => costUsd)], [0.001, 0.001]);
});

test('a request stops waiting for a call when the streamed text does not fit', async () => {
  const llm = new StreamingTeacher();
  const h = new Harness({ specialist: unsure(), llm });
  const first = h.ask(position);
  await h.clock.advance(400);
  first.cancel();
  h.ask(query('const x = y', '\n'));
  await h.clock.advance(50);
  llm.calls[0]?.onText('no');
  await h.clock.advance(1000);
  assert.equal(llm.calls.length, 2);
  assert.ok(!llm.calls[0]?.signal.aborted, 'its text has begun to come: it runs on into the cache');
  llm.calls[0]?.end('no();');
  await h.clock.advance(0);
  assert.equal(h.of('paid-unshown').length, 1);
  h.ask(query('elsewhere'));
  const back = await h.answer(position);
  assert.equal(back?.text, 'no();');
  assert.ok(back?.cached);
});

test('a call that no request waits for ends after the grace period or continues for a limited time', async () => {
  const llm = new StreamingTeacher();
  const h = new Harness({ specialist: unsure(), llm });
  const young = h.ask(position);
  await h.clock.advance(400);
  young.cancel();
  await h.clock.advance(150);
  assert.ok(!llm.calls[0]?.signal.aborted);
  await h.clock.advance(100);
  assert.ok(llm.calls[0]?.signal.aborted);

  const old = h.ask(query('let y = ', '\n'));
  await h.clock.advance(1000);
  old.cancel();
  await h.clock.advance(3000);
  assert.ok(!llm.calls[1]?.signal.aborted);
  await h.clock.advance(2000);
  assert.ok(llm.calls[1]?.signal.aborted);
  assert.equal(h.of('api-failed').length, 0, 'an aborted call is no failure');
});

test('the cost of an aborted call is reported once', async () => {
  const { llm, h } = withHeldLlm();
  llm.lost = llmAnswer('half', { model: 'held', costUsd: 0.002 });
  h.ask(position).cancel();
  const asked = h.ask(position);
  await h.clock.advance(400);
  asked.cancel();
  await h.clock.advance(5000);
  assert.equal(llm.cancelled, 1);
  const paid = { kind: 'paid-unshown', costUsd: 0.002 } as const;
  assert.deepEqual(h.of('paid-unshown'), [paid]);
});

test('a burst of typing at other positions leaves only a few calls open', async () => {
  const llm = new StreamingTeacher();
  const h = new Harness({ specialist: unsure(), llm });
  for (let i = 0; i < 20; i++) {
    h.ask(query(`line${i} = `, '\n'));
    await h.clock.advance(50);
  }
  const open = llm.calls.filter((c) => !c.signal.aborted).length;
  assert.ok(open <= 3, `${open} open`);
});

/** A large model whose calls the test streams and ends itself. */
class StreamingTeacher extends ScriptedLlm {
  readonly calls: { signal: AbortSignal; onText: (text: string) => void; end: (text: string) => void }[] = [];

  override ask(...[, signal, onText]: Parameters<ScriptedLlm['ask']>): ReturnType<ScriptedLlm['ask']> {
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      this.calls.push({ signal, onText: (t) => onText?.(t), end: (t) => resolve(ok(llmAnswer(t))) });
    });
  }
}
