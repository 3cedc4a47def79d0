// OpenAI and servers that implement its chat completions: one row each, with the parts that it supports.
//
// Prices are in US dollars per million tokens, with the date on which they were read. A model without a price counts
// as the most expensive one, or as free on a server of this machine without a key. Sources: tokenmix.ai's list of the makers' pages for GPT and
// DeepSeek; aicostcheck.com for Codestral.
import { isLoopback } from '../protocol/guard.ts';
import { type InfillEndpoint, infillOf, type ModelFacts, unknownModel } from '../protocol/models.ts';
import type { FailureRow, Provider, ServerCapabilities, Terms } from '../protocol/wire.ts';

interface Price extends Pick<ModelFacts, 'input' | 'cacheRead' | 'output'>, Partial<Pick<ModelFacts, 'thinking'>> {
  readonly names: RegExp;
  readonly readOn: string;
}

const { guessed: _, ...knownPriceFacts } = unknownModel;

// A server of this machine costs nothing, unless it takes a key or speaks for a provider: it may hand on to a paid one.
function priceFor(host: string, hasKey: boolean): Partial<Price> {
  return isLoopback(host) && !hasKey ? { input: 0, cacheRead: 0, output: 0 } : {};
}

type Row = Omit<Provider, 'protocol' | 'key' | 'failures' | 'facts' | 'wire'> & {
  readonly key: Omit<Provider['key'], 'example'> & { readonly example?: string };
  readonly capabilities: ServerCapabilities;
  readonly failures?: readonly FailureRow[];
  readonly prices?: readonly Price[];
  /** Names of models that think before they answer. */
  readonly thinkingModels?: RegExp;
};

const tooLongDetail = 'it is too long for "{model}" there ({message})';

const protocolFailures: readonly FailureRow[] = [
  { status: 429, type: /insufficient_quota/, code: 'no-credit' },
  { status: 429, message: /exceeded your current quota|insufficient (balance|credits)/i, code: 'no-credit' },
  { status: 400, type: /billing_hard_limit/, code: 'no-credit' },
  {
    status: 403,
    type: /unsupported_country/,
    code: 'bad-request',
    detail:
      "it does not serve your country or region ({message}). Choose another with 'Easy Adaptation: Choose the Large Model'",
  },
  { type: /context_(length|size)|exceed_context/, code: 'bad-request', detail: tooLongDetail },
  {
    status: 400,
    message: /context (length|size|window)|too long|maximum context/i,
    code: 'bad-request',
    detail: tooLongDetail,
  },
  { status: 500, message: /context size/i, code: 'bad-request', detail: tooLongDetail },
];

function compatibleProvider({ capabilities, prices = [], failures = [], thinkingModels, key, ...row }: Row): Provider {
  return {
    ...row,
    key: { example: 'sk-…', ...key },
    protocol: "OpenAI's chat completions",
    failures: [...failures, ...protocolFailures],
    facts(model, host, hasKey = false) {
      const {
        names: _,
        readOn: priced,
        ...price
      } = prices.find(({ names }) => names.test(model)) ?? priceFor(host, hasKey || key.need === 'required');
      const infill = infillOf(model, capabilities.infill);
      const name = `${row.id}@${host}/${model}`;
      return {
        ...(price.input === undefined ? unknownModel : { ...knownPriceFacts, cacheWrite: price.input }),
        ...(thinkingModels?.test(model) && { thinking: 'always' }),
        ...price,
        ...(priced !== undefined && { priced }),
        ...(infill && { infill }),
        cacheMinimum: Number.POSITIVE_INFINITY,
        id: name,
        asked: name,
      };
    },
    wire: async () => {
      const { openCompatible } = await import('./openai-wire.ts');
      return { openWire: (options) => openCompatible(options, capabilities) };
    },
  };
}

const readOn = '2026-11-26';
/** Terms that we looked for but could not read in the provider's own copy. */
const unverifiedTerms = (page: string): Terms => ({ training: 'not known', page, readOn });
const usualCapabilities: ServerCapabilities = { stops: 4, usage: 'requested' };
/** Defaults of a local server. */
const localServer = {
  key: { need: 'optional', createdAt: '', variable: '' },
  terms: { training: 'by model', page: "the model's licence", readOn },
  defaultModel: '',
} as const;
const tokenInfill: InfillEndpoint = { path: '/completions', form: 'tokens' };

export const compatibleProviders: readonly Provider[] = [
  compatibleProvider({
    id: 'openai',
    label: 'OpenAI',
    baseUrl: 'https://api.openai.com/v1',
    key: { need: 'required', createdAt: 'platform.openai.com', variable: 'OPENAI_API_KEY' },
    terms: {
      training: 'restricted',
      restriction: 'Output may not be used to develop models that compete with OpenAI.',
      page: 'https://openai.com/policies/terms-of-use',
      readOn,
    },
    defaultModel: 'gpt-5.4-mini',
    capabilities: usualCapabilities,
    thinkingModels: /^(gpt-5|o\d)/,
    prices: [
      { names: /^gpt-5\.5(?!-)/, input: 5, cacheRead: 5, output: 30, thinking: 'disabled', readOn: '2026-04-30' },
      {
        names: /^gpt-5\.4-mini/,
        input: 0.75,
        cacheRead: 0.75,
        output: 4.5,
        thinking: 'disabled',
        readOn: '2026-04-30',
      },
      { names: /^gpt-5\.4(?!-)/, input: 2.5, cacheRead: 2.5, output: 15, thinking: 'disabled', readOn: '2026-04-30' },
    ],
  }),
  compatibleProvider({
    id: 'mistral',
    label: 'Mistral',
    baseUrl: 'https://api.mistral.ai/v1',
    key: { need: 'required', example: '', createdAt: 'console.mistral.ai', variable: 'MISTRAL_API_KEY' },
    terms: unverifiedTerms('https://mistral.ai/terms'),
    defaultModel: 'codestral-latest',
    // Mistral rejects unknown fields.
    capabilities: {
      ...usualCapabilities,
      usage: 'always',
      infill: { path: '/fim/completions', form: 'fields' },
    },
    prices: [{ names: /^codestral/, input: 0.3, cacheRead: 0.3, output: 0.9, readOn: '2026-04-30' }],
  }),
  compatibleProvider({
    id: 'deepseek',
    label: 'DeepSeek',
    baseUrl: 'https://api.deepseek.com',
    key: { need: 'required', createdAt: 'platform.deepseek.com', variable: 'DEEPSEEK_API_KEY' },
    terms: unverifiedTerms('https://cdn.deepseek.com/policies/en-US/deepseek-open-platform-terms-of-service.html'),
    defaultModel: 'deepseek-chat',
    capabilities: { ...usualCapabilities, stops: 16 },
    thinkingModels: /reasoner/,
    prices: [{ names: /^deepseek-v4-flash/, input: 0.14, cacheRead: 0.0028, output: 0.28, readOn: '2026-04-30' }],
  }),
  compatibleProvider({
    id: 'openrouter',
    label: 'OpenRouter',
    baseUrl: 'https://openrouter.ai/api/v1',
    key: { need: 'required', example: 'sk-or-…', createdAt: 'openrouter.ai/keys', variable: 'OPENROUTER_API_KEY' },
    terms: unverifiedTerms('https://openrouter.ai/terms'),
    defaultModel: '',
    capabilities: usualCapabilities,
    // This 403 comes from moderation, not from the key.
    failures: [{ status: 403, message: /moderation|flagged/i, code: 'bad-request' }],
  }),
  compatibleProvider({
    id: 'azure',
    label: 'Azure OpenAI',
    baseUrl: '',
    key: { need: 'required', example: '', createdAt: 'portal.azure.com', variable: 'AZURE_OPENAI_API_KEY' },
    terms: unverifiedTerms('https://www.microsoft.com/licensing/terms'),
    defaultModel: '',
    capabilities: usualCapabilities,
    thinkingModels: /gpt-5|^o\d/,
    failures: [
      { type: /content_filter/, code: 'bad-request' },
      // This 403 comes from a network rule, not from the key.
      { status: 403, message: /public access|virtual network|firewall/i, code: 'network' },
    ],
  }),
  compatibleProvider({
    ...localServer,
    id: 'vllm',
    label: 'vLLM',
    baseUrl: 'http://127.0.0.1:8000/v1',
    // vLLM rejects `suffix` with status 400.
    capabilities: { ...usualCapabilities, stops: 16, infill: tokenInfill },
  }),
  compatibleProvider({
    ...localServer,
    id: 'llama.cpp',
    label: "llama.cpp's server",
    baseUrl: 'http://127.0.0.1:8080/v1',
    capabilities: { ...usualCapabilities, stops: 16, infill: tokenInfill, extras: { cache_prompt: true } },
  }),
  compatibleProvider({
    ...localServer,
    id: 'ollama',
    label: 'Ollama',
    baseUrl: 'http://127.0.0.1:11434/v1',
    // Ollama applies the model's template to every prompt. Templates of infill models have a place for the suffix.
    capabilities: { ...usualCapabilities, stops: 16, infill: { path: '/completions', form: 'fields' } },
    failures: [
      {
        status: 500,
        message: /more system memory/i,
        code: 'bad-request',
        detail:
          '"{model}" does not fit into its memory ({message}). Choose a smaller one with \'Easy Adaptation: Choose the Large Model\'',
      },
    ],
  }),
  compatibleProvider({
    ...localServer,
    id: 'lmstudio',
    label: 'LM Studio',
    baseUrl: 'http://127.0.0.1:1234/v1',
    capabilities: { ...usualCapabilities, infill: tokenInfill },
  }),
  compatibleProvider({
    id: 'groq',
    label: 'Groq',
    baseUrl: 'https://api.groq.com/openai/v1',
    key: { need: 'required', example: 'gsk_…', createdAt: 'console.groq.com/keys', variable: 'GROQ_API_KEY' },
    terms: unverifiedTerms('https://console.groq.com/docs/legal/services-agreement'),
    defaultModel: 'openai/gpt-oss-120b',
    capabilities: { ...usualCapabilities },
    thinkingModels: /gpt-oss/,
    // Groq's own status: the cheaper service tier is full.
    failures: [{ status: 498, code: 'overloaded' }],
    prices: [{ names: /gpt-oss-120b$/, input: 0.15, cacheRead: 0.075, output: 0.6, readOn: '2026-11-26' }],
  }),
  compatibleProvider({
    ...localServer,
    id: 'sglang',
    label: 'SGLang',
    baseUrl: 'http://127.0.0.1:30000/v1',
    capabilities: { ...usualCapabilities, stops: 16, infill: tokenInfill },
  }),
];
