// The models that the editor has signed in to: a subscription of the user's, or any provider that they have added there. Whoever connects
// brings them; no key, no address and no price of ours.
import { CodedError, failed, unwrap } from '../../common/errors.ts';
import { unknownModel } from '../models.ts';
import type { Prompt } from '../prompt.ts';
import type { EditorModels, Provider, Wire, WireOptions } from '../wire.ts';

const host = 'vscode.lm';
const { guessed: _, ...known } = unknownModel;

export const editor: Provider = {
  id: 'editor',
  label: "This editor's models",
  protocol: "the editor's language models",
  key: { need: 'none', example: '', madeAt: '', variable: '' },
  baseUrl: host,
  terms: {
    training: 'not known',
    page: 'https://code.visualstudio.com/api/extension-guides/ai/language-model',
  },
  defaultModel: '',
  onUsersActionOnly: true,
  failures: [
    { type: /^no-credit$/, code: 'no-credit' },
    { type: /^no-consent$/, code: 'no-consent' },
    { type: /^bad-request$/, code: 'bad-request' },
    { type: /./, code: 'overloaded' },
  ],
  facts: (model) => ({
    ...known,
    ...{ input: 0, cacheWrite: 0, cacheRead: 0, output: 0, cacheMinimum: Number.POSITIVE_INFINITY },
    id: `${host}/${model}`,
    asked: `${host}/${model}`,
  }),
  wire: async () => ({ openWire }),
};

function openWire({ editor: models, model }: WireOptions): Wire {
  const there = (): EditorModels =>
    models ?? unwrap(failed('bad-request', "the editor's models are there in an editor only, where it asks for them"));
  return {
    body: textOf,
    async *ask(prompt, _, signal) {
      for await (const text of there().ask(model, textOf(prompt), signal)) yield { text };
      signal.throwIfAborted();
      yield { stop: 'done', end: true };
    },
    explain: (error) =>
      error instanceof CodedError
        ? { kind: 'refusal', status: undefined, type: error.code, said: error.message, headers: undefined }
        : undefined,
    models: () => there().list(),
  };
}

/** One message of the user's: a system's is no part of the stable API. */
function textOf({ system, user }: Prompt): string {
  return [system.text, ...user.map((block) => block.text)].join('\n\n');
}
