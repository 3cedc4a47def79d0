// Asks a provider of the table that is served from this machine: for the tests that run over all of them.
import assert from 'node:assert/strict';
import type { Failure } from '../../src/common/errors.ts';
import { connectLlm } from '../../src/llm/connect.ts';
import type { LlmAnswer, LlmClient } from '../../src/llm/protocol/models.ts';
import type { Provider } from '../../src/llm/protocol/wire.ts';
import { providers } from '../../src/llm/providers/providers.ts';
import { at, complete, never } from './requests.ts';

export const key = 'sk-test-0123456789abcdef';
export const position = at('export function total(items) {\n  const sum = ¦;\n}\n', { multiline: true });

/** Those that are asked over the network. */
export const asked = providers.filter(({ key: { need } }) => need !== 'none');

export interface Asking {
  readonly model?: string;
  readonly timeoutMs?: number;
  /** Longest silence, ms; absent: the whole time. */
  readonly stallMs?: number;
  readonly lost?: LlmAnswer[];
}

export function connect({ id, defaultModel }: Provider, baseUrl: string, over: Asking = {}): LlmClient {
  const { model = defaultModel || 'small', timeoutMs = 60_000, stallMs = timeoutMs } = over;
  return connectLlm({ provider: id, apiKey: key, baseUrl, model, timeoutMs }, { stallMs });
}

export function ask(provider: Provider, baseUrl: string, over: Asking = {}) {
  const { lost = [] } = over;
  return complete(connect(provider, baseUrl, over), position, never, undefined, (answer) => lost.push(answer));
}

export async function failure(provider: Provider, baseUrl: string, over: Asking = {}): Promise<Failure> {
  const result = await ask(provider, baseUrl, over);
  assert.ok(!result.ok, JSON.stringify(result));
  assert.ok(!result.error.message.includes(key), result.error.message);
  assert.ok(result.error.message.length < 900, result.error.message);
  return result.error;
}
