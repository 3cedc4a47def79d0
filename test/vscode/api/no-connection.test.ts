// Without a connection, setting a key or choosing a model ends in one message. The question about consent comes later.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dialogs } from '../../fakes/vscode-dialogs.ts';

const { chooseModel, setApiKey } = await import('../../../src/vscode/api/choose-model.ts');
const { providerOf } = await import('../../../src/llm/providers/providers.ts');

const noConnection = 'No connection to api.example (ENOTFOUND). Check the network.';

function offline(press: string) {
  dialogs.reset();
  dialogs.answer = press;
  dialogs.input = ['sk', 'test', '0123456789abcdef'].join('-');
  dialogs.pick = (items) => ({ row: (items.find(({ label }) => /^Anthropic/.test(label)) ?? items[0])?.label ?? '' });
  const stored: string[] = [];
  const written: string[] = [];
  const provider = providerOf('anthropic');
  // Nothing listens on port 1 of this machine.
  const address = { provider: 'anthropic', baseUrl: 'http://127.0.0.1:1', model: 'm' };
  const ask = async () => ({ ok: false, error: { code: 'network', message: noConnection } });
  const deps = {
    api: {
      ...{ load: async () => {}, owner: { provider: 'anthropic', host: 'api.example' }, provider, address },
      ...{ host: () => 'api.example', settings: () => ({ ...address, apiKey: 'k', timeoutMs: 1000 }) },
      connect: () => ({ ask, facts: provider.facts('m', 'api.example'), model: 'm' }),
    },
    key: { of: async () => 'k', set: async (key: string) => void stored.push(key), load: async () => {} },
    configuration: { write: async (name: string) => void written.push(name) },
  } as unknown as Parameters<typeof setApiKey>[0];
  return { deps, stored, written };
}

test('a new key is stored, one message says so and names the connection, and no consent is asked', async () => {
  const { deps, stored } = offline('');
  assert.equal(await setApiKey(deps), undefined);
  assert.equal(stored.length, 1);
  assert.deepEqual(dialogs.messages, [`The key is set. ${noConnection}`]);
});

test('a model that is used without a test call is written, and no consent is asked', async () => {
  const { deps, written } = offline('Use It Anyway');
  assert.equal(await chooseModel(deps), undefined);
  assert.ok(written.includes('model'));
  assert.equal(dialogs.messages.at(-1), noConnection);
});
