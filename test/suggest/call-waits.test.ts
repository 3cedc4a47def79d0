// The large model's latency estimate, and what depends on it: the debounce, the price, and the time limits for the
// first token and for the whole answer. Time is a manual clock.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ok, type Result } from '../../src/common/errors.ts';
import type { LlmAnswer, LlmClient } from '../../src/llm/protocol/models.ts';
import type { CompletionPrompt } from '../../src/prompts/completion/completion-prompt.ts';
import { priceOf } from '../../src/routing/limits.ts';
import { LlmLatency } from '../../src/suggest/call-waits.ts';
import { llmAnswer, ScriptedLlm } from '../fakes/llm.ts';
import { ScriptedSpecialist } from '../fakes/specialist.ts';
import { drafted, FAIR, failure, Harness, query, UNSURE } from './harness.ts';

test('the debounce follows the latency between its limits, and ignores nonsense', () => {
  const pace = new LlmLatency();
  const observe = (wholeMs: number, times = 1) => {
    for (let i = 0; i < times; i++) pace.observe({ firstMs: 10, wholeMs });
  };
  const first = pace.delay(0);
  observe(200, 20);
  assert.equal(pace.delay(0), 150);
  observe(1200, 20);
  assert.ok(pace.delay(0) > first);
  assert.equal(pace.delay(250), 500, 'with slow keystrokes, a pause has to be longer to count as a stop');
  observe(9000, 20);
  assert.equal(pace.delay(0), 600);
  observe(Number.NaN);
  observe(-1);
  assert.equal(pace.delay(0), 600);
});

test('an aborted call raises the latency estimate unless it was aborted early', () => {
  const pace = new LlmLatency();
  pace.observeAtLeast(700, false);
  assert.equal(pace.isMeasured, false);
  for (let i = 0; i < 20; i++) pace.observe({ firstMs: 100, wholeMs: 400 });
  const { firstMs, wholeMs } = pace.patience(false);
  pace.observeAtLeast(300, true);
  assert.deepEqual(pace.patience(false), { firstMs, wholeMs });
  pace.observeAtLeast(300, false);
  assert.ok(pace.patience(false).firstMs > firstMs);
  assert.equal(pace.patience(false).wholeMs, wholeMs);
  for (let i = 0; i < 20; i++) pace.observeAtLeast(9_000, false);
  assert.ok(pace.isTooSlow);
});

/** A model whose answers begin `firstMs` and end `wholeMs` after the request. */
class Timed extends ScriptedLlm {
  firstMs: number;
  wholeMs: number;
  private readonly h: () => Harness;

  constructor(h: () => Harness, firstMs: number, wholeMs: number) {
    super('', 'timed');
    this.h = h;
    this.firstMs = firstMs;
    this.wholeMs = wholeMs;
  }

  override async ask(
    prompt: Parameters<LlmClient['ask']>[0],
    signal: AbortSignal,
    onText?: (text: string) => void,
  ): Promise<Result<LlmAnswer>> {
    this.requests.push((prompt as CompletionPrompt).request);
    const { firstMs, wholeMs } = this;
    const { clock } = this.h();
    await clock.sleep(firstMs, signal);
    onText?.('remote();'.slice(0, 3));
    await clock.sleep(wholeMs - firstMs, signal);
    return ok(llmAnswer('remote();', { firstTokenMs: firstMs, latencyMs: wholeMs }));
  }
}

let positions = 0;
const next = () => query(`const place${positions++} = `, '\n');

/** A harness with a fair draft and a `Timed` model that has already answered `before` manual requests. */
async function timed(firstMs: number, wholeMs: number, before: number, balance = 0.9) {
  let confidence = UNSURE;
  const specialist = new ScriptedSpecialist(() => drafted('local();', confidence));
  const llm: Timed = new Timed(() => h, firstMs, wholeMs);
  const h: Harness = new Harness({ specialist, llm, settings: { balance } });
  for (let i = 0; i < before; i++) assert.equal((await h.answer(next(), { trigger: 'manual' }, 20_000))?.source, 'api');
  confidence = FAIR;
  const asked = llm.requests.length;
  return { h, llm, calls: () => llm.requests.length - asked };
}

test('despite a fair draft the request waits for a fast model, up to a multiple of its latency', async () => {
  const { h, llm, calls } = await timed(60, 120, 20);
  assert.equal((await h.answer(next()))?.source, 'api');
  // The answer begins as usual and then hangs.
  Object.assign(llm, { firstMs: 60, wholeMs: 60_000 });
  const asked = h.ask(next());
  // The debounce and half a second.
  await h.clock.advance(850);
  assert.equal(asked.done, false);
  await h.clock.advance(20);
  assert.equal(asked.answer?.source, 'specialist');
  assert.equal(asked.answer?.decision.reason, 'the large model is slow');
  assert.equal(calls(), 2);
});

test('an overdue first token ends the wait early', async () => {
  const { h, llm } = await timed(100, 1_000, 20);
  Object.assign(llm, { firstMs: 900, wholeMs: 1_800 });
  const asked = h.ask(next());
  const debounce = 2 * 180;
  await h.clock.advance(debounce + 290);
  assert.equal(asked.done, false);
  await h.clock.advance(30);
  assert.equal(asked.answer?.source, 'specialist');
});

test('a slow model is called only without a fair draft', async () => {
  const { h, llm, calls } = await timed(7_000, 8_000, 4);
  const asked = h.ask(next());
  await h.clock.advance(0);
  assert.equal(asked.answer?.source, 'specialist');
  assert.equal(asked.answer?.decision.reason, 'the large model is too slow to wait for');
  assert.equal(calls(), 0);
  // A manual request calls the slow model.
  assert.equal((await h.answer(next(), { trigger: 'manual' }, 20_000))?.source, 'api');
  assert.equal(calls(), 1);
  // The model has become fast. Manual requests still measure it, which lowers the estimate.
  Object.assign(llm, { firstMs: 60, wholeMs: 120 });
  for (let i = 0; i < 8; i++) await h.answer(next(), { trigger: 'manual' });
  assert.equal((await h.answer(next()))?.source, 'api');
});

test('a balance of 1 waits for a slow model', async () => {
  const { h } = await timed(5_000, 6_000, 4, 1);
  assert.equal((await h.answer(next(), {}, 20_000))?.source, 'api');
});

test('timeouts alone raise the latency estimate', async () => {
  const h: Harness = new Harness({ specialist: new ScriptedSpecialist(() => drafted('local();', UNSURE)) });
  h.llm = new ScriptedLlm(async () => {
    await h.clock.sleep(10_000);
    return failure('timeout');
  });
  const price = async () => (await h.answer(next(), {}, 120_000))?.decision.price;
  await price();
  h.llm = Object.assign(new ScriptedLlm('remote();'), { model: h.llm.model });
  h.backoff.reset();
  const after = await price();
  assert.ok((after ?? 0) > priceOf(h.settings.balance) + 0.2, String(after));
});

const slow = () => new ScriptedLlm(() => ok(llmAnswer('remote();', { latencyMs: 6_000 })), 'slow');

test('a slow model raises the price after its first answer, but not for manual requests', async () => {
  const h = new Harness({ llm: slow() });
  const usual = priceOf(h.settings.balance);
  assert.equal((await h.answer(next()))?.decision.price, usual);
  assert.equal((await h.answer(next(), { trigger: 'manual' }))?.decision.price, priceOf(0.5));
  const second = await h.answer(next());
  assert.ok((second?.decision.price ?? 0) > usual + 0.2, String(second?.decision.price));
});

test('another model has its own latency estimate, and the first one keeps its estimate', async () => {
  const first = slow();
  const h = new Harness({ llm: first });
  await h.answer(next());
  const other = new ScriptedLlm(() => ok(llmAnswer('remote();', { latencyMs: 750 })), 'other');
  h.llm = other;
  assert.equal((await h.answer(next()))?.decision.price, priceOf(h.settings.balance));
  assert.equal(other.requests.length, 1);
  h.llm = first;
  assert.ok(((await h.answer(next()))?.decision.price ?? 0) > priceOf(h.settings.balance) + 0.2);
});
