// Every provider against a local server: answers, stop reasons and lists of models. See also provider-failures.test.ts.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { listModels } from '../../src/llm/connect.ts';
import { providers } from '../../src/llm/providers/providers.ts';
import { HostileMessages, refuses, says, stream } from '../fakes/hostile-messages.ts';
import { ask, asked, connect, key } from './asking.ts';
import { never } from './requests.ts';

let api: HostileMessages;
before(async () => {
  api = await HostileMessages.begin();
});
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

test('ids, labels and addresses are unique, and terms have a page and a date', () => {
  for (const field of ['id', 'label'] as const) {
    const values = providers.map((row) => row[field]);
    assert.equal(new Set(values).size, values.length);
  }
  for (const {
    terms,
    baseUrl,
    key: { need },
  } of providers) {
    assert.match(terms.readOn, /^\d{4}-\d\d-\d\d$/);
    // A server of one's own has no terms.
    assert.equal(terms.training === 'by model', need === 'optional');
    assert.ok(terms.page !== '' && (terms.training !== 'restricted' || terms.restriction));
    assert.ok(need === 'none' || baseUrl === '' || baseUrl.startsWith('https://') === (need === 'required'));
  }
});
