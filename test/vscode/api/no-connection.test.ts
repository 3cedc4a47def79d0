// Without a connection, setting a key or choosing a model ends in one message. The question about consent comes later.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { l10n, loadAsVscode } from '../../support/fake-vscode.ts';

/** The messages that were shown, and the button that is pressed. */
const editor = { messages: [] as string[], press: '' };
async function showMessage(message: string, ...buttons: string[]): Promise<string | undefined> {
  editor.messages.push(message);
  return buttons.find((each) => each === editor.press);
}
loadAsVscode({
  l10n,
  MarkdownString: class {},
  ProgressLocation: { Notification: 15 },
  window: {
    showInformationMessage: showMessage,
    showWarningMessage: showMessage,
    showErrorMessage: showMessage,
    showInputBox: async () => ['sk', 'test', '0123456789abcdef'].join('-'),
    showQuickPick: async (rows: readonly { readonly provider?: { readonly id: string } }[]) =>
      rows.find(({ provider }) => provider?.id === 'anthropic') ?? rows[0],
    withProgress: (_options: object, task: (bar: object, token: object) => Promise<unknown>) =>
      task({}, { onCancellationRequested: () => {} }),
  },
});
const { chooseModel, setApiKey } = await import('../../../src/vscode/api/choose-model.ts');
const { providerOf } = await import('../../../src/llm/providers/providers.ts');

const noConnection = 'No connection to api.example (ENOTFOUND). Check the network.';

function offline(press: string) {
  Object.assign(editor, { messages: [], press });
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
  assert.deepEqual(editor.messages, [`The key is set. ${noConnection}`]);
});

test('a model that is used without a test call is written, and no consent is asked', async () => {
  const { deps, written } = offline('Use It Anyway');
  assert.equal(await chooseModel(deps), undefined);
  assert.ok(written.includes('model'));
  assert.equal(editor.messages.at(-1), noConnection);
});
