// Anthropic, servers that implement its Messages API, and the facts of its models.

import { type ModelFacts, unknownModel } from '../protocol/models.ts';
import type { Provider } from '../protocol/wire.ts';

export const defaultModel = 'claude-haiku-5-5';

const generation5 = { charactersPerToken: 2.4, prefill: false } as const;
/** Facts of Opus 4.7 and 4.8. */
const from47 = { charactersPerToken: 2.4, thinking: 'none', prefill: false } as const;
/** Facts of the 4.6 models. */
const v46 = {
  charactersPerToken: 3.2,
  thinking: 'none',
  prefill: false,
} as const;
/** Facts of the 4.5 models. */
const v45 = { charactersPerToken: 3.2, thinking: 'none', prefill: true } as const;
/** Prices of Opus 4.5 to 4.8, and of Opus 5. */
const opusPrices = { input: 5, cacheWrite: 6.25, cacheRead: 0.5, output: 25 } as const;
/** Prices of Sonnet 4.5 and 4.6. */
const sonnetPrices = { input: 3, cacheWrite: 3.75, cacheRead: 0.3, output: 15 } as const;
const fable = {
  input: 10,
  cacheWrite: 12.5,
  output: 50,
  cacheMinimum: 512,
  thinking: 'always',
  ...generation5,
} as const;

// If sources disagree about a cache minimum, the larger one is used, which at worst disables caching.
const rows: readonly ModelFacts[] = [
  {
    id: 'claude-haiku-5-5',
    input: 0.1,
    cacheWrite: 0.125,
    cacheRead: 0.01,
    output: 0.5,
    longAbove: 100_000,
    longFactor: 5,
    cacheMinimum: 512,
    thinking: 'disabled',
    ...generation5,
  },
  {
    id: 'claude-sonnet-5-5',
    input: 2,
    cacheWrite: 2.5,
    cacheRead: 0.1,
    output: 10,
    cacheMinimum: 1024,
    thinking: 'between_tools',
    ...generation5,
  },
  {
    id: 'claude-sonnet-5',
    input: 2,
    cacheWrite: 2.5,
    cacheRead: 0.2,
    output: 10,
    cacheMinimum: 1024,
    thinking: 'disabled',
    ...generation5,
  },
  {
    id: 'claude-opus-5-5',
    input: 4,
    cacheWrite: 5,
    cacheRead: 0.2,
    output: 20,
    cacheMinimum: 1024,
    thinking: 'always',
    ...generation5,
  },
  { id: 'claude-opus-5', ...opusPrices, cacheMinimum: 512, thinking: 'disabled', ...generation5 },
  {
    id: 'claude-fable-5-2',
    ...fable,
    input: 8,
    cacheWrite: 10,
    cacheRead: 0.2,
    output: 40,
  },
  { id: 'claude-fable-5-1', ...fable, cacheRead: 0.25 },
  { id: 'claude-mythos-5-1', ...fable, cacheRead: 0.25 },
  { id: 'claude-fable-5', ...fable, cacheRead: 1 },
  { id: 'claude-mythos-5', ...fable, cacheRead: 1 },
  { id: 'claude-opus-4-8', ...opusPrices, cacheMinimum: 1024, ...from47 },
  { id: 'claude-opus-4-7', ...opusPrices, cacheMinimum: 2048, ...from47 },
  { id: 'claude-opus-4-6', ...opusPrices, cacheMinimum: 4096, ...v46 },
  { id: 'claude-sonnet-4-6', ...sonnetPrices, cacheMinimum: 2048, ...v46 },
  { id: 'claude-opus-4-5', ...opusPrices, cacheMinimum: 4096, ...v45 },
  { id: 'claude-sonnet-4-5', ...sonnetPrices, cacheMinimum: 1024, ...v45 },
  {
    id: 'claude-haiku-4-5',
    input: 1,
    cacheWrite: 1.25,
    cacheRead: 0.1,
    output: 5,
    cacheMinimum: 4096,
    ...v45,
  },
];

const byId = new Map(rows.map((row) => [row.id, row]));

export const knownModels: readonly string[] = rows.map((row) => row.id);

/** The row for a model name, which may have a date or a cloud provider's prefix ('us.anthropic.claude-...'). */
export function modelFacts(model: string): ModelFacts {
  const bare = model.replace(/^.*?(?=claude-)/, '').replace(/[-@]20\d{6}.*$/s, '');
  return byId.get(bare) ?? { ...unknownModel, id: model };
}

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
