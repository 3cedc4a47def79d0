// When the API is called while the user types: after a pause, and at most once for a word. A visible suggestion does
// not change.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passagesOf } from '../../bench/common/typist.ts';
import { inOneWord } from '../../src/completion/typing-pace.ts';
import { ScriptedLlm } from '../fakes/llm.ts';
import { ScriptedSpecialist } from '../fakes/specialist.ts';
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

test('a slow typist causes fewer calls per key', async () => {
  const text = Array.from({ length: 40 }, (_, i) => `export const total${i} = sumOf(values${i}, start);\n`).join('');
  for (const seed of [1, 2, 3]) {
    const [passage] = passagesOf([{ path: 'src/a.ts', text }], 1, 4, seed);
    assert.ok(passage !== undefined);
    const { h, llm } = slowly('somethingElse();', 700, 40);
    const gaps = passage.gaps;
    await typed(h, passage.prefix, passage.rest.slice(0, passage.length), (at) => gaps[at] ?? 1000);
    const positions = llm.requests.map((request) => request.query);
    const again = positions.filter((one, i) => i > 0 && inOneWord(positions[i - 1] as typeof one, one));
    const rests = gaps.filter((gap) => gap >= 1000).length;
    assert.ok(again.length <= rests, `${again.length} of ${positions.length} calls again within a word`);
    const pauses = gaps.filter((gap) => gap >= 300).length;
    assert.ok(positions.length <= pauses + 1, `${positions.length} calls, ${pauses} pauses`);
  }
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
  assert.deepEqual(
    [decision?.reason, decision && 'tookMs' in decision && decision.tookMs],
    ['its answer waits for the next key', 2200],
  );
  assert.equal(h.of('paid-unshown').length, 1);
  assert.equal((await h.answer(query('const x = r', '\n'), {}, 0))?.text, 'emote();');
});
