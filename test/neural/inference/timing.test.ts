// Measures the latency of a model with a fake clock and passes of known cost.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModelConfig } from '../../../src/neural/architecture/parameters.ts';
import type { Pass } from '../../../src/neural/inference/network.ts';
import { KeyValueCache } from '../../../src/neural/inference/passes.ts';
import { timeModel } from '../../../src/neural/inference/timing.ts';
import { loadLibrary } from '../../../src/neural/runtime/session.ts';

await loadLibrary();

const config = { layers: 1, keyValueHeads: 1, headDim: 2, vocabSize: 100, contextLength: 1024 } as ModelConfig;

/** A network whose passes take a fixed time plus a time for each token. */
function slow(passMs: number, tokenMs: number, over: Partial<ModelConfig> = {}) {
  const passes: Pass[] = [];
  let time = 0;
  const shape = { ...config, ...over };
  const network: Parameters<typeof timeModel>[0] = {
    absorbs: () => false,
    absorb: async (cache, tokens) => void (await network.forward(cache, { ids: tokens, rows: [] })),
    config: shape,
    cache: () => new KeyValueCache(shape),
    forward: async (cache, pass) => {
      passes.push(pass);
      cache.tensors(pass.ids.length);
      cache.advance(pass.ids.length);
      // The first run takes longer.
      time += (passMs + tokenMs * pass.ids.length) * (passes.length <= 2 ? 10 : 1);
      return new Float32Array(shape.vocabSize);
    },
  };
  return { network, passes, now: () => time };
}

test('a prompt is 512 tokens, a line seven passes, and the first of each does not count', async () => {
  const { network, passes, now } = slow(2, 1);
  const { promptMs, lineMs } = await timeModel(network, now);
  assert.equal(promptMs, 2 * 2 + 512);
  // One token, then six passes over four branches.
  assert.equal(lineMs, 3 + 6 * 6);
  for (const { ids } of passes) for (const id of ids) assert.ok(id >= 0 && id < 100);
});

test('branches see only their own past', async () => {
  const { network, passes, now } = slow(1, 1);
  await timeModel(network, now);
  const trees = passes.flatMap(({ tree }) => (tree ? [tree] : []));
  const last = trees[5];
  const actual = last?.nodes.map(({ visible }) => visible.map((slot) => slot - (last?.root ?? 0)));
  const expected = [0, 1, 2, 3].map((branch) => [0, 4, 8, 12, 16].map((slot) => slot + branch));
  assert.deepEqual(actual, expected);
});

test('a short context is timed as it is and scaled to 512 tokens', async () => {
  const { network, now } = slow(0, 1, { contextLength: 281 });
  assert.equal((await timeModel(network, now)).promptMs, 512);
});

test('a signal stops after the present pass', async () => {
  const { network, passes, now } = slow(1, 1);
  const controller = new AbortController();
  const timed = timeModel(network, now, controller.signal);
  const reason = new Error('somebody types');
  controller.abort(reason);
  await assert.rejects(timed, reason);
  assert.ok(passes.length <= 1, `${passes.length} passes`);
});
