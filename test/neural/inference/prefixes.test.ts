// The cache that a prompt gets and its content: moving between positions runs nothing twice.
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

/** How many tokens of the prompt were there already; what is predicted is what a fresh cache gives. */
async function run(prefixes: Prefixes, prompt: readonly number[]): Promise<number> {
  const { cache, reused, finish } = prefixes.lease(prompt);
  const found = (await prefill(network, cache, prompt, reused)) as Float32Array;
  finish(prompt);
  const fresh = await afresh(network, prompt);
  assert.ok(relativeError(found, fresh) < 1e-4);
  return reused;
}

test('a prompt copies the common beginning of another and leaves the other whole', async () => {
  const prefixes = new Prefixes(network, 2);
  const here = ids(300, 7);
  const there = [...here.slice(0, 100), ...ids(200, 11)];
  assert.equal(await run(prefixes, here), 0);
  assert.equal(await run(prefixes, there), 100);
  assert.equal(await run(prefixes, [...here, 5]), 300);
  assert.equal(await run(prefixes, [...there, 6, 7]), 300);
  // What goes on from a prompt is that prompt, and is cut back where it differs.
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
    // As many prompts as may be there at once are found again.
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
