// Adapters as they begin, and as they are merged.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adapterNames, initialAdapters, type LoraConfig, mergeMatrix } from '../../../src/neural/architecture/lora.ts';
import { loadModel } from '../../../src/neural/models/model-folder.ts';
import { goldenFolder } from './golden.ts';

test('new adapters change nothing, and merging gives W + alpha/rank B A', () => {
  const { config, weights } = loadModel(goldenFolder('llama'));
  const lora: LoraConfig = { rank: 2, alpha: 6, targets: ['o_proj', 'up_proj'] };
  const adapters = initialAdapters(config, lora, 1);
  assert.equal(adapters.size, 2 * 2 * config.layers);
  const name = 'model.layers.1.mlp.up_proj.weight';
  const { a, b } = adapterNames(name);
  const [base, down, up] = [weights.get(name), adapters.get(a), adapters.get(b)] as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  assert.deepEqual(mergeMatrix(base, 16, lora, down, up), base);
  up[3 * 2 + 1] = 0.5;
  const at = 3 * 16 + 5;
  const expected = (base[at] as number) + 3 * 0.5 * (down[16 + 5] as number);
  assert.ok(Math.abs((mergeMatrix(base, 16, lora, down, up)[at] as number) - expected) < 1e-6);
});
