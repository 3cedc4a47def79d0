// Anthropic, and servers that implement its Messages API.
import type { Provider } from '../protocol/wire.ts';
import { defaultModel, modelFacts } from './anthropic-models.ts';

export const anthropic: Provider = {
  id: 'anthropic',
  label: 'Anthropic',
  protocol: 'the Messages API',
  key: { need: 'required', example: 'sk-ant-…', createdAt: 'platform.claude.com', variable: 'ANTHROPIC_API_KEY' },
  baseUrl: 'https://api.anthropic.com',
  urlVariable: 'ANTHROPIC_BASE_URL',
  terms: {
    training: 'restricted',
    restriction:
      "Answers may train models that do not compete with Anthropic's, such as classifiers and other small tools.",
    page: 'https://support.claude.com/en/articles/12326764-can-i-use-my-outputs-to-train-an-ai-model',
    readOn: '2026-11-26',
  },
  defaultModel,
  // Errors that arrive inside a stream, after a 200, have no status but a type.
  failures: [
    { type: /^(authentication|permission)_error$/, code: 'bad-key' },
    { type: /^rate_limit_error$/, code: 'rate-limited' },
    { type: /^(overloaded|api)_error$/, code: 'overloaded' },
    { type: /^timeout_error$/, code: 'timeout' },
    { type: /^billing_error$/, code: 'no-credit' },
    { status: 400, message: /credit balance is too low|reached your specified API usage limits/i, code: 'no-credit' },
    { type: /^invalid_request_error$/, code: 'bad-request' },
  ],
  facts: modelFacts,
  wire: () => import('./anthropic-wire.ts'),
};
