// Every provider of the table: an answer with its cost and its list of models. The facts and prices of models.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { listModels } from '../../src/llm/connect.ts';
import { estimateTokens, priceUsd } from '../../src/llm/protocol/models.ts';
import { defaultModel, knownModels, modelFacts } from '../../src/llm/providers/anthropic.ts';
import { HostileMessages, refuses, says, stream } from '../fakes/hostile-messages.ts';
import { ask, asked, connect, key } from './asking.ts';
import { never } from './requests.ts';

const api = await HostileMessages.begin();
after(() => api.close());

for (const provider of asked) {
  const { id } = provider;

  test(`${id}: returns an answer with its cost`, async () => {
    api.as(says('<insert>add(items)</insert>'));
    const result = await ask(provider, api.url);
    assert.ok(result.ok, JSON.stringify(result));
    assert.equal(result.value.text.replace(/<\/?insert>/g, ''), 'add(items)');
    assert.deepEqual([result.value.usage.inputTokens, result.value.usage.outputTokens], [100, 5]);
    const { input, output } = connect(provider, api.url).facts;
    assert.ok(Math.abs(result.value.costUsd - (100 * input + 5 * output) / 1e6) < 1e-12);
    if (provider.key.need === 'optional') assert.equal(result.value.costUsd, 0);
  });

  test(`${id}: distinguishes a length limit and a refusal from a normal end`, async () => {
    for (const why of ['length', 'refusal'] as const) {
      api.as((response, { format }) => {
        stream(response);
        response.end(format.start() + format.delta('cut') + format.end({ why }));
      });
      const result = await ask(provider, api.url);
      assert.ok(result.ok, JSON.stringify(result));
      assert.deepEqual(
        [result.value.truncated, result.value.refused],
        [why === 'length', why === 'refusal' || undefined],
      );
    }
  });

  test(`${id}: lists its models`, async () => {
    const settings = { provider: id, apiKey: key, baseUrl: api.url, model: '', timeoutMs: 5_000 };
    api.as((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ object: 'list', data: [{ id: 'one' }, { id: 'two' }], has_more: false }));
    });
    assert.deepEqual(await listModels(settings, never), { ok: true, value: ['one', 'two'] });
    api.as(refuses(401, 'no such key'));
    const refused = await listModels(settings, never);
    assert.ok(!refused.ok && refused.error.code === 'bad-key', JSON.stringify(refused));
  });
}

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
