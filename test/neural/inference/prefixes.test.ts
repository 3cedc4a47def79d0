// The cache that a prompt gets, and its content. Moving between positions runs no token twice. Prompts run in chunks: a
// cancellation takes effect after the present chunk, and finished chunks stay.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ModelConfig } from '../../../src/neural/architecture/parameters.ts';
import type { Network } from '../../../src/neural/inference/network.ts';
import { KeyValueCache } from '../../../src/neural/inference/passes.ts';
import { PREFILL_CHUNK, prefill } from '../../../src/neural/inference/prefill.ts';
import { Prefixes } from '../../../src/neural/inference/prefixes.ts';
import { relativeError } from '../architecture/golden.ts';
import { afresh, TINY, tinyNetwork } from './tiny.ts';

let network: Network;

before(async () => {
  network = await tinyNetwork();
});
after(() => network.dispose());

const ids = (count: number, step: number) => Array.from({ length: count }, (_, i) => (i * step + (i >> 2)) % 64);

/** Returns how many tokens were cached, after a check that the logits equal those of a fresh cache. */
async function run(prefixes: Prefixes, prompt: readonly number[]): Promise<number> {
  const { cache, reused, finish } = prefixes.lease(prompt);
  const found = (await prefill(network, cache, prompt, reused)) as Float32Array;
  finish(prompt);
  const fresh = await afresh(network, prompt);
  assert.ok(relativeError(found, fresh) < 1e-4);
  return reused;
}

test('a prompt copies the common beginning from another cache and does not change that cache', async () => {
  const prefixes = new Prefixes(network, 2);
  const here = ids(300, 7);
  const there = [...here.slice(0, 100), ...ids(200, 11)];
  assert.equal(await run(prefixes, here), 0);
  assert.equal(await run(prefixes, there), 100);
  assert.equal(await run(prefixes, [...here, 5]), 300);
  assert.equal(await run(prefixes, [...there, 6, 7]), 300);
  // A prompt that extends a cached one uses the same cache, which is cut where the tokens differ.
  assert.equal(await run(prefixes, [...here.slice(0, 290), 9]), 290);
});

test('the least recently used cache is replaced', async () => {
  const prefixes = new Prefixes(network, 2);
  const positions = [3, 5, 13].map((step) => [step, ...ids(60, step)]);
  for (const position of positions) await run(prefixes, position);
  const [first, second, third] = positions as [number[], number[], number[]];
  assert.equal(await run(prefixes, third), 60);
  assert.equal(await run(prefixes, second), 60);
  assert.ok((await run(prefixes, first)) < 30);
});

test('fewer caches are kept for prompts that take more memory', () => {
  const kept = (layers: number) => {
    const prefixes = new Prefixes({
      config: { ...TINY, layers, keyValueHeads: 3, headDim: 64 },
      cache: () => network.cache(),
    } as never);
    // All prompts that fit are still cached.
    const positions = Array.from({ length: 6 }, (_, i) => Array.from({ length: 8 }, () => i));
    for (const position of positions) {
      const { cache, finish } = prefixes.lease(position);
      cache.tensors(position.length);
      cache.advance(position.length);
      finish(position);
    }
    return prefixes.bytes / (8 * network.cache().bytesOfStep);
  };
  assert.deepEqual([kept(4), kept(24), kept(60)], [4, 3, 2]);
});

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
