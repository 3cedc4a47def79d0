// The cache that a prompt gets, and its content. Moving between positions runs no token twice.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Network } from '../../../src/neural/inference/network.ts';
import { prefill } from '../../../src/neural/inference/prefill.ts';
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
