// The absorbing graph runs prompts into the cache without logits. Caches grow.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { normals } from '../../../src/common/statistics/random.ts';
import { adapterSpecs, type LoraConfig, type Model } from '../../../src/neural/architecture/lora.ts';
import type { ModelConfig } from '../../../src/neural/architecture/parameters.ts';
import { Network } from '../../../src/neural/inference/network.ts';
import { prefill } from '../../../src/neural/inference/prefill.ts';
import { loadLibrary } from '../../../src/neural/runtime/session.ts';
import { packedModel } from '../../support/packed-models.ts';
import { COMMON, initialWeights } from '../../support/random-models.ts';
import { relativeError } from '../architecture/golden.ts';

/** A model whose heads are narrower than in the cache, with a group of query heads. */
const config: ModelConfig = {
  ...COMMON,
  vocabSize: 64,
  hiddenSize: 96,
  intermediateSize: 192,
  layers: 3,
  heads: 4,
  keyValueHeads: 2,
  headDim: 24,
};
const model = packedModel(config, initialWeights(config, 5, 0.05));
const ids = Array.from({ length: 600 }, (_, i) => (i * 31 + (i >> 3)) % 64);
const load = (precision: 'fp32' | 'int4', of: Model = model) =>
  Network.load(of, { device: 'cpu', threads: 1, precision });
const lora: LoraConfig = { rank: 4, alpha: 8, targets: ['q_proj', 'v_proj', 'up_proj', 'down_proj'] };
const next = normals(9);
const factors = adapterSpecs(config, lora).map(
  ({ name, shape: [rows, columns] }) =>
    [name, Float32Array.from({ length: (rows as number) * (columns as number) }, () => 0.05 * next())] as const,
);
const adapted: Model = { ...model, adapter: { lora, weights: new Map(factors) } };

before(async () => {
  await loadLibrary();
});

for (const [name, of] of [
  ['plain', model],
  ['adapted', adapted],
] as const)
  test(`logits after a prompt that was absorbed in chunks are close to full precision: ${name}`, async () => {
    const [exact, rounded] = [await load('fp32', of), await load('int4', of)];
    const expected = await exact.forward(exact.cache(), { ids, rows: [ids.length - 1] });
    assert.ok(rounded.absorbs(ids.length) && !exact.absorbs(ids.length));
    const cache = rounded.cache();
    const found = (await prefill(rounded, cache, ids, 0)) as Float32Array;
    assert.equal(cache.length, ids.length);
    assert.ok(relativeError(found, expected) < 0.05, String(relativeError(found, expected)));
    // The predicting graph's logits for the same tokens are as close.
    const stepped = await rounded.forward(rounded.cache(), { ids, rows: [ids.length - 1] });
    assert.ok(relativeError(stepped, expected) < 0.05, String(relativeError(stepped, expected)));
    assert.ok(relativeError((await prefill(exact, exact.cache(), ids, 0)) as Float32Array, expected) < 1e-4);
    await exact.dispose();
    await rounded.dispose();
  });

test('a growing cache keeps its content for every head', async () => {
  const network = await load('fp32');
  const cache = network.cache();
  await network.forward(cache, { ids: ids.slice(0, 250), rows: [249] });
  let found: Float32Array = new Float32Array();
  for (const id of ids.slice(250, 262)) found = await network.forward(cache, { ids: [id], rows: [0] });
  const expected = await network.forward(network.cache(), { ids: ids.slice(0, 262), rows: [261] });
  assert.ok(relativeError(found, expected) < 1e-4);
  await network.dispose();
});
