// Prompts run in chunks: a cancellation takes effect after the present chunk, and finished chunks stay.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModelConfig } from '../../../src/neural/architecture/parameters.ts';
import { KeyValueCache } from '../../../src/neural/inference/passes.ts';
import { PREFILL_CHUNK, prefill } from '../../../src/neural/inference/prefill.ts';
import { Prefixes } from '../../../src/neural/inference/prefixes.ts';
import { loadLibrary } from '../../../src/neural/runtime/session.ts';

await loadLibrary();
const config = { layers: 1, keyValueHeads: 1, headDim: 2 } as ModelConfig;
const prompt = Array.from({ length: 3 * PREFILL_CHUNK - 10 }, (_, i) => i);

function recorder(onPass: () => void = () => {}) {
  const lengths: number[] = [];
  const pass = (cache: KeyValueCache, tokens: number) => {
    lengths.push(tokens);
    cache.tensors(tokens);
    cache.advance(tokens);
    onPass();
  };
  const network = {
    config,
    cache: () => new KeyValueCache(config, 1),
    forward: async (cache: KeyValueCache, { ids }: { readonly ids: readonly number[] }) => {
      pass(cache, ids.length);
      return new Float32Array(1);
    },
    absorb: async (cache: KeyValueCache, tokens: readonly number[]) => pass(cache, tokens.length),
    absorbs: (tokens: number) => tokens >= 16,
  };
  return { network, lengths };
}

test('only the part of a prompt that is not in the cache is run', async () => {
  const { network, lengths } = recorder();
  const cache = network.cache();
  assert.ok(await prefill(network, cache, prompt, 0));
  assert.equal(cache.length, prompt.length);
  assert.ok(lengths.every((length) => length <= PREFILL_CHUNK));
  cache.truncate(prompt.length - 3);
  lengths.length = 0;
  assert.ok(await prefill(network, cache, prompt, prompt.length - 3));
  assert.deepEqual(lengths, [3]);
});

test('a signal ends prefilling after the present chunk, and the next prompt continues from there', async () => {
  const controller = new AbortController();
  const { network, lengths } = recorder(() => controller.abort());
  const prefixes = new Prefixes(network as never);
  const first = prefixes.lease(prompt);
  assert.equal(await prefill(network, first.cache, prompt, first.reused, controller.signal), undefined);
  first.finish(prompt);
  assert.equal(lengths.length, 1);
  const [done] = lengths as [number];
  // The key that was pressed is one more token at the end.
  const next = prefixes.lease([...prompt, 7]);
  assert.equal(next.reused, done);
  assert.ok(await prefill(network, next.cache, [...prompt, 7], next.reused));
  const total = lengths.reduce((sum, length) => sum + length);
  assert.equal(total, prompt.length + 1);
});
