// The picker of large models states the price of tokens and whether a key is needed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { providerOf, providers } from '../../src/llm/providers/providers.ts';
import '../support/ui-text.ts';

const { keyNeedInWords, priceInWords } = await import('../../src/vscode/api/try-model.ts');

test('states a known price per million tokens and invents no unknown one', () => {
  const price = (id: string, model: string, host: string) => priceInWords(providerOf(id).facts(model, host));
  assert.equal(price('anthropic', 'claude-haiku-5-5', 'api.anthropic.com'), '$0.1 in, $0.5 out per million tokens');
  assert.equal(price('anthropic', 'claude-of-next-year', 'api.anthropic.com'), 'price unknown');
  assert.equal(price('editor', 'gpt', ''), 'no price per token');
  assert.equal(price('ollama', 'qwen', '127.0.0.1:11434'), 'no price per token');
});

test('states for each provider whether it needs a key', () => {
  const needs = { required: 'needs a key', optional: 'key only if your server asks for one', none: 'no key' } as const;
  for (const provider of providers) assert.equal(keyNeedInWords(provider), needs[provider.key.need]);
});
