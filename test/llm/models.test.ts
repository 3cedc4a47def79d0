// Prices and model names.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { estimateTokens, priceUsd } from '../../src/llm/protocol/models.ts';
import { defaultModel, knownModels, modelFacts } from '../../src/llm/providers/anthropic.ts';

const usage = { inputTokens: 1_000, cacheWriteTokens: 2_000, cacheReadTokens: 4_000, outputTokens: 100 };

test('every model of the table is one that the SDK knows, the default among them', () => {
  const types = join(import.meta.dirname, '../../node_modules/@anthropic-ai/sdk/resources/messages/messages.d.ts');
  const list = /export type Model = (.*);/.exec(readFileSync(types, 'utf8'))?.[1] ?? '';
  for (const id of knownModels) assert.ok(list.includes(`'${id}'`), id);
  assert.ok(knownModels.includes(defaultModel));
});

test('a call is priced by its row: input, cache write, cache read, output', () => {
  const usd = (1_000 * 1 + 2_000 * 1.25 + 4_000 * 0.1 + 100 * 5) / 1e6;
  assert.ok(Math.abs(priceUsd(usage, modelFacts('claude-haiku-4-5')) - usd) < 1e-12);
});

test('a prompt above the threshold costs more as a whole', () => {
  const haiku = modelFacts('claude-haiku-5-5');
  const price = (tokens: number) =>
    priceUsd({ inputTokens: 0, cacheWriteTokens: 0, cacheReadTokens: tokens, outputTokens: 0 }, haiku);
  assert.ok(Math.abs(price(100_000) - 0.001) < 1e-12);
  assert.ok(Math.abs(price(100_001) - 0.00500005) < 1e-12);
});

test('names with a date or a provider in front find their row', () => {
  for (const name of [
    'claude-haiku-4-5-20251001',
    'us.anthropic.claude-haiku-4-5',
    'anthropic/claude-haiku-4-5@20251001',
  ])
    assert.equal(modelFacts(name).id, 'claude-haiku-4-5', name);
  assert.equal(modelFacts('claude-opus-5').id, 'claude-opus-5');
  assert.equal(modelFacts('claude-opus-5-5').id, 'claude-opus-5-5');
});

test('an unknown model has the highest price, is flagged, and gets no optional fields', () => {
  const facts = modelFacts('claude-haiku-9');
  assert.equal(facts.guessed, true);
  assert.equal(facts.thinking, 'none');
  assert.ok(knownModels.every((id) => priceUsd(usage, modelFacts(id)) <= priceUsd(usage, facts)));
  assert.ok(knownModels.every((id) => modelFacts(id).guessed === undefined));
  assert.equal(estimateTokens(0, facts), 0);
});
