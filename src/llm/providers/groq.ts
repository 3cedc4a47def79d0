// Groq: open models, answered fast. Its documentation: console.groq.com/docs; the price is that of its list of models, as
// github.com/braintrustdata/braintrust-proxy/issues/925 has read it.
import { common, compatible, unread } from './openai.ts';

export const groq = compatible({
  id: 'groq',
  label: 'Groq',
  baseUrl: 'https://api.groq.com/openai/v1',
  key: { need: 'required', example: 'gsk_…', madeAt: 'console.groq.com/keys', variable: 'GROQ_API_KEY' },
  terms: unread('https://console.groq.com/docs/legal/services-agreement'),
  defaultModel: 'openai/gpt-oss-120b',
  takes: { ...common, logprobs: 'none' },
  thinks: /gpt-oss/,
  context: 131_072,
  // Its cheaper tier is full: a status of its own.
  failures: [{ status: 498, code: 'overloaded' }],
  prices: [{ names: /gpt-oss-120b$/, input: 0.15, cacheRead: 0.075, output: 0.6, read: '2026-11-26' }],
});
