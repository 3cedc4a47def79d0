// Groq, a fast host of open models. Documentation: console.groq.com/docs. The price is from its list of models, as
// quoted in github.com/braintrustdata/braintrust-proxy/issues/925.
import { compatibleProvider, unverifiedTerms, usualCapabilities } from './openai.ts';

export const groq = compatibleProvider({
  id: 'groq',
  label: 'Groq',
  baseUrl: 'https://api.groq.com/openai/v1',
  key: { need: 'required', example: 'gsk_…', createdAt: 'console.groq.com/keys', variable: 'GROQ_API_KEY' },
  terms: unverifiedTerms('https://console.groq.com/docs/legal/services-agreement'),
  defaultModel: 'openai/gpt-oss-120b',
  capabilities: { ...usualCapabilities },
  thinkingModels: /gpt-oss/,
  context: 131_072,
  // Groq's own status: the cheaper service tier is full.
  failures: [{ status: 498, code: 'overloaded' }],
  prices: [{ names: /gpt-oss-120b$/, input: 0.15, cacheRead: 0.075, output: 0.6, readOn: '2026-11-26' }],
});
