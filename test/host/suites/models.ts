// The editor's own models: a provider that this suite registers is listed, called and refused through a job's relay.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { askHere } from '../../../src/common/remote.ts';
import { editorHandlers, relayedModels } from '../../../src/jobs/relay.ts';
import { connectLlm, listModels } from '../../../src/llm/connect.ts';
import { editorModels } from '../../../src/vscode/api/editor-models.ts';
import { at, complete, never } from '../../llm/requests.ts';
import { type Suite, until } from '../harness.ts';

/** As in the manifest that test/support/vsix.ts writes. */
export const vendor = 'easy-adaptation-test';
const name = `${vendor}/small`;

type Answer = (text: string, progress: vscode.Progress<vscode.LanguageModelResponsePart>) => Promise<void>;

function register(answer: () => Answer): vscode.Disposable {
  return vscode.lm.registerLanguageModelChatProvider(vendor, {
    provideLanguageModelChatInformation: async () => [
      {
        ...{
          id: 'small',
          name: 'Small',
          family: 'small',
          version: '1',
          maxInputTokens: 32_000,
          maxOutputTokens: 4_000,
        },
        capabilities: {},
      },
    ],
    provideLanguageModelChatResponse: (_model, messages, _options, progress) => {
      const parts = messages.flatMap(({ content }) => content);
      const text = parts.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : '')).join('');
      return answer()(text, progress);
    },
    provideTokenCount: async (_model, text) => String(text).length,
  });
}

export function defineModels(suite: Suite): void {
  const settings = { provider: 'editor', apiKey: '', model: name, timeoutMs: 60_000 };
  const request = at('const sum = ¦;\n', { multiline: true });

  suite.test("a provider's model is listed, answers in pieces, and needs no key", async () => {
    let asked = '';
    const registered = register(() => async (text, progress) => {
      asked = text;
      for (const piece of ['<insert>a', ' + b', '</insert>']) progress.report(new vscode.LanguageModelTextPart(piece));
    });
    try {
      await until('the model is listed', async () => (await editorModels.list()).includes(name));
      const listed = await listModels(settings, never, { editor: editorModels });
      assert.ok(listed.ok && listed.value.includes(name), JSON.stringify(listed));
      const job = relayedModels(askHere(editorHandlers(editorModels)));
      const result = await complete(connectLlm(settings, { editor: job }), request, never);
      assert.ok(result.ok, JSON.stringify(result));
      assert.deepEqual([result.value.text, result.value.costUsd], ['a + b', 0]);
      assert.match(asked, /You complete text in a code editor/);
    } finally {
      registered.dispose();
    }
  });

  suite.test('errors of an editor model, and a missing model, have an error code', async () => {
    const errors = [
      [() => vscode.LanguageModelError.Blocked('the quota is used up'), 'no-credit'],
      [() => vscode.LanguageModelError.NoPermissions('not allowed'), 'no-consent'],
      [() => new Error('the server is down'), 'overloaded'],
    ] as const;
    let [make]: (typeof errors)[number] = errors[0];
    const registered = register(() => async () => {
      throw make();
    });
    try {
      await until('the model is listed', async () => (await editorModels.list()).includes(name));
      for (const [error, code] of errors) {
        make = error;
        const result = await complete(connectLlm(settings, { editor: editorModels }), request, never);
        assert.ok(!result.ok, JSON.stringify(result));
        assert.equal(result.error.code, code, result.error.message);
      }
    } finally {
      registered.dispose();
    }
    const gone = await complete(
      connectLlm({ ...settings, model: 'nobody/none' }, { editor: editorModels }),
      request,
      never,
    );
    assert.ok(!gone.ok && gone.error.code === 'bad-request', JSON.stringify(gone));
  });
}
