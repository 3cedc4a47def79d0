// The editor's language models: the user's subscription, or providers that were added to the editor.
// The caller passes them in. They need no key or address, and their price counts as zero.
import { messageOf } from '../../common/errors.ts';
import { type Prompt, unknownModel } from '../protocol/models.ts';
import type { EditorModels, Provider, Wire, WireOptions } from '../protocol/wire.ts';

/** A failure of the editor or of a model's provider. Its two fields are passed to a job's process. */
export class EditorError extends Error {
  /** The editor's error code or the error's name, such as 'NoPermissions'. 'Unknown' if there is neither. */
  readonly kind: string;

  constructor(kind: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** Converts an error of the editor, or of a provider during streaming, which arrives unchanged. */
export function editorError(error: unknown): EditorError {
  if (error instanceof EditorError) return error;
  const { code, name, cause } = (error ?? {}) as { code?: unknown; name?: unknown; cause?: { name?: unknown } };
  const kind = [code, name, cause?.name].find(
    (each): each is string => typeof each === 'string' && !/^(|Error|LanguageModelError|Unknown)$/.test(each),
  );
  return new EditorError(kind ?? 'Unknown', messageOf(error), { cause: error });
}

const host = 'vscode.lm';
const { guessed: _, ...knownPriceFacts } = unknownModel;

export const editor: Provider = {
  id: 'editor',
  label: "This editor's models",
  protocol: "the editor's language models",
  key: { need: 'none', example: '', createdAt: '', variable: '' },
  baseUrl: host,
  terms: {
    training: 'not known',
    page: 'https://code.visualstudio.com/api/extension-guides/ai/language-model',
    readOn: '2026-11-26',
  },
  defaultModel: '',
  onlyOnUserAction: true,
  failures: [
    { type: /^NoPermissions$/, code: 'no-consent' },
    { type: /^NotFound$/, code: 'bad-request' },
    // Quota and rate limits. Copilot's own codes arrive as the error's name.
    { type: /^(Blocked|ChatQuotaExceeded)$/, code: 'no-credit' },
    { type: /^ChatRateLimited$/, code: 'rate-limited' },
    // Other providers describe the failure only in the message.
    { message: /quota|credits? (is|are)? ?(used up|exhausted)|premium requests/i, code: 'no-credit' },
    { message: /rate.?limit|too many requests/i, code: 'rate-limited' },
    { message: /context (length|window)|too long|token limit/i, code: 'bad-request' },
    { type: /./, code: 'overloaded' },
  ],
  facts: (model) => ({
    ...knownPriceFacts,
    input: 0,
    cacheWrite: 0,
    cacheRead: 0,
    output: 0,
    cacheMinimum: Number.POSITIVE_INFINITY,
    id: `${host}/${model}`,
    asked: `${host}/${model}`,
  }),
  wire: async () => ({ openWire }),
};

function openWire({ editor: models, model }: WireOptions): Wire {
  const requireModels = (): EditorModels => {
    if (models) return models;
    throw new EditorError('NotFound', "the editor's models can be used only inside the editor");
  };
  return {
    body: textOf,
    async *ask(prompt, _, signal) {
      for await (const text of requireModels().ask(model, textOf(prompt), signal)) yield { text };
      signal.throwIfAborted();
      yield { stop: 'done', end: true };
    },
    explain: (error) =>
      error instanceof EditorError
        ? { kind: 'refusal', status: undefined, type: error.kind, message: error.message, headers: undefined }
        : undefined,
    models: () => requireModels().list(),
  };
}

/** One user message, because the stable API has no system message. */
function textOf({ system, user }: Prompt): string {
  return [system.text, ...user.map((block) => block.text)].join('\n\n');
}
