// The editor's own models (`vscode.lm`), which need no key. Called on a user's action only; jobs reach them through
// jobs/relay.ts.
import * as vscode from 'vscode';
import type { EditorModels } from '../../llm/protocol/wire.ts';
import { EditorError, editorError } from '../../llm/providers/editor.ts';
import { t } from '../editor/ui-text.ts';

export const editorModels: EditorModels = {
  async list() {
    const models = await vscode.lm.selectChatModels();
    return models.map(({ vendor, id }) => `${vendor}/${id}`);
  },

  async *ask(name, text, signal) {
    const [vendor = '', ...rest] = name.split('/');
    const source = new vscode.CancellationTokenSource();
    const cancel = () => source.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const [model] = await vscode.lm.selectChatModels({ vendor, id: rest.join('/') });
      if (!model) throw new EditorError('NotFound', `the editor has no model "${name}"`);
      const justification = t('You chose this model as the large model of Easy Adaptation.');
      const messages = [vscode.LanguageModelChatMessage.User(text)];
      const response = await model.sendRequest(messages, { justification }, source.token);
      yield* response.text;
    } catch (error) {
      signal.throwIfAborted();
      throw editorError(error);
    } finally {
      signal.removeEventListener('abort', cancel);
      source.dispose();
    }
  },
};
