// No environment variable that an SDK reads changes a request: neither its address, its headers nor what is logged.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { connectLlm, listModels } from '../../src/llm/connect.ts';
import { HostileMessages, says } from '../fakes/hostile-messages.ts';
import { planted, sdks, variablesOf, withPlantedEnvironment } from '../fakes/sdk-environment.ts';
import { ask, asked, key, position } from './asking.ts';
import { complete, never } from './requests.ts';

/** What every request may hold; Node's own fetch adds the last row. */
const allowed = [
  ...['accept', 'authorization', 'content-type', 'user-agent', 'x-api-key', 'anthropic-version'],
  ...['host', 'connection', 'accept-language', 'sec-fetch-mode', 'accept-encoding', 'content-length'],
];

const api = await HostileMessages.begin();
after(() => api.close());

for (const sdk of sdks) {
  const variables = variablesOf(sdk);

  test(`${sdk}: environment variables do not change requests`, async (t) => {
    assert.ok(variables.length >= 8, variables.join());
    assert.ok(variables.some((name) => name.endsWith('_CUSTOM_HEADERS')));
    const logs = (['log', 'info', 'debug', 'warn', 'error'] as const).map((name) => t.mock.method(console, name));
    const requests = async () => {
      const seen: string[] = [];
      for (const provider of asked.filter(({ id }) => (id === 'anthropic') === (sdk === '@anthropic-ai/sdk'))) {
        api.as(says('a'));
        const result = await ask(provider, api.url);
        assert.ok(result.ok, JSON.stringify(result));
        await listModels({ provider: provider.id, apiKey: key, baseUrl: api.url, model: '', timeoutMs: 5_000 }, never);
        assert.equal(api.requests.length, 2);
        assert.equal(api.redirectedRequests.length, 0);
        seen.push(...api.requests.map((request) => request.slice(0, request.indexOf('\n'))));
      }
      return seen;
    };
    const plain = await requests();
    const attacked = await withPlantedEnvironment(variables, api.elsewhere, requests);
    for (const [at, request] of attacked.entries()) assert.equal(request, plain[at]);
    for (const request of plain) {
      assert.ok(!request.includes(planted));
      assert.deepEqual(
        Object.keys(JSON.parse(request)).filter((name) => !allowed.includes(name)),
        [],
      );
    }
    assert.equal(
      logs.reduce((sum, { mock }) => sum + mock.callCount(), 0),
      0,
    );
  });
}

test('a provider without a default address sends nothing until one is set', async () => {
  const sent: string[] = [];
  const records: typeof fetch = async (url) => {
    sent.push(String(url));
    return new Response('', { status: 500 });
  };
  for (const { id, baseUrl } of asked) {
    if (baseUrl !== '') continue;
    const llm = connectLlm({ provider: id, apiKey: key, model: 'm', timeoutMs: 5_000 }, { fetch: records });
    const result = await complete(llm, position, never);
    assert.ok(!result.ok && result.error.code === 'bad-request', JSON.stringify(result));
    assert.match(result.error.message, /easyAdaptation\.baseUrl/);
  }
  assert.deepEqual(sent, []);
});
