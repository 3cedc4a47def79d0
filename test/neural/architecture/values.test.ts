// Adapters, quantization to 4 and 8 bits, and the automatic precision.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHalf, toHalf } from '../../../src/common/half.ts';
import { normals } from '../../../src/common/statistics/random.ts';
import { adapterNames, initialAdapters, type LoraConfig, mergeMatrix } from '../../../src/neural/architecture/lora.ts';
import { choosePrecision } from '../../../src/neural/architecture/precision.ts';
import { dequantize, quantize } from '../../../src/neural/architecture/quantize.ts';
import { loadModel } from '../../../src/neural/models/model-folder.ts';
import { initialWeights, PRESETS } from '../../support/random-models.ts';
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

test('4 and 8 bits keep the expected error, exact zeros and a short last block', () => {
  const next = normals(5);
  const data = Float32Array.from({ length: 60 * 80 }, next);
  data.fill(0, 80, 160);
  for (const [bits, low, high] of [
    [4, 0.05, 0.085],
    [8, 0.003, 0.007],
  ] as const) {
    const quantized = quantize(data, 60, 80, bits);
    const back = dequantize(quantized);
    assert.deepEqual(back.slice(80, 160), new Float32Array(80));
    const squares = (values: Float32Array) => values.reduce((sum, x) => sum + x * x, 0);
    const error = Math.sqrt(squares(data.map((x, i) => x - (back[i] as number))) / squares(data));
    assert.ok(error > low && error < high, `${bits} bits: ${error}`);
    assert.equal(quantized.packed.length, 60 * 3 * 4 * bits);
  }
});

test("'auto' is int4 for weights that 4 bits represent exactly, and int8 after further training", () => {
  const config = { ...PRESETS.S, vocabSize: 64, layers: 1, hiddenSize: 96, intermediateSize: 160 };
  const name = 'model.layers.0.mlp.down_proj.weight';
  const weights = initialWeights(config, 3);
  assert.equal(choosePrecision({ config, weights }), 'int8');
  const rounded = dequantize(quantize(weights.get(name) as Float32Array, 96, 160, 4));
  const stored = rounded.map((value) => fromHalf(toHalf(value)));
  assert.equal(choosePrecision({ config, weights: new Map([...weights, [name, stored]]) }), 'int4');
  const trained = stored.map((value, i) => value + (i % 97 === 0 ? 1e-3 : 0));
  assert.equal(choosePrecision({ config, weights: new Map([...weights, [name, trained]]) }), 'int8');
});
