// A model's latency raises the price of its calls. Each model has its own latency estimate.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ok } from '../../src/common/errors.ts';
import { priceOf } from '../../src/routing/limits.ts';
import { llmAnswer, ScriptedLlm } from '../fakes/llm.ts';
import { Harness, query, unsure } from './harness.ts';

const slow = () => new ScriptedLlm(() => ok(llmAnswer('remote();', { latencyMs: 6_000 })), 'slow');
let positions = 0;
const next = () => query(`const place${positions++} = `, '\n');

test('a slow model raises the price after its first answer, but not for manual requests', async () => {
  const h = new Harness({ specialist: unsure(), llm: slow() });
  const usual = priceOf(h.settings.balance);
  assert.equal((await h.answer(next()))?.decision.price, usual);
  assert.equal((await h.answer(next(), { trigger: 'manual' }))?.decision.price, priceOf(0.5));
  const second = await h.answer(next());
  assert.ok((second?.decision.price ?? 0) > usual + 0.2, String(second?.decision.price));
});

test('another model has its own latency estimate, and the first one keeps its estimate', async () => {
  const first = slow();
  const h = new Harness({ specialist: unsure(), llm: first });
  await h.answer(next());
  const other = new ScriptedLlm(() => ok(llmAnswer('remote();', { latencyMs: 750 })), 'other');
  h.llm = other;
  assert.equal((await h.answer(next()))?.decision.price, priceOf(h.settings.balance));
  assert.equal(other.requests.length, 1);
  h.llm = first;
  assert.ok(((await h.answer(next()))?.decision.price ?? 0) > priceOf(h.settings.balance) + 0.2);
});
