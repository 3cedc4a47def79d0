// Reading and writing: config.json, safetensors, half precisions; adapters merge; quantisation.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fromBfloat, fromHalf, toBfloat, toHalf } from '../../src/common/half.ts';
import { normals } from '../../src/common/random.ts';
import { PRESETS, parseConfig, writeConfig } from '../../src/model/config.ts';
import { loadModel, saveModel } from '../../src/model/folder.ts';
import { adapterNames, initialAdapters, type LoraConfig, mergeAdapters } from '../../src/model/lora.ts';
import { initialWeights, parameterCount, parameterSpecs } from '../../src/model/parameters.ts';
import { dequantize, quantize } from '../../src/model/quantize.ts';
import { readSafetensors, writeSafetensors } from '../../src/model/safetensors.ts';
import { chosenPrecision } from '../../src/model/serve.ts';
import { goldenFolder, readGolden, relativeError } from './golden.ts';

const codeOf = (text: string) => {
  const result = parseConfig(text);
  return result.ok ? 'ok' : `${result.error.code}: ${result.error.message}`;
};

test('config.json: what is written is read back; defaults of the two families', () => {
  const small = { ...PRESETS.S, vocabSize: 8192, eosTokenId: 1 };
  const again = parseConfig(writeConfig(small, 'float16'));
  assert.ok(again.ok);
  assert.deepEqual(again.value, small);
  const qwen = readGolden('qwen2').config;
  assert.ok(qwen.attentionBias && !qwen.outputBias && !qwen.tied);
  assert.equal(qwen.ropeTheta, 1e6);
  assert.deepEqual(
    (['S', 'M'] as const).map((name) => Math.round(parameterCount({ ...PRESETS[name], vocabSize: 8192 }) / 1e5) / 10),
    [13.5, 56.9],
  );
});

test('config.json: what cannot be served is refused in words', () => {
  const base = JSON.parse(writeConfig({ ...PRESETS.S, vocabSize: 100 }, 'float32'));
  const changed = (more: object) => codeOf(JSON.stringify({ ...base, ...more }));
  assert.match(codeOf('{'), /^corrupt: .*not valid JSON/);
  assert.match(changed({ model_type: 'mamba' }), /^unsupported: .*'mamba'/);
  assert.match(changed({ rope_scaling: { rope_type: 'yarn' } }), /rotary scaling 'yarn'/);
  assert.match(changed({ hidden_act: 'gelu' }), /activation 'gelu'/);
  assert.match(changed({ use_sliding_window: true }), /sliding window/);
  assert.match(changed({ hidden_size: undefined }), /^corrupt: .*no usable hidden_size/);
  assert.match(changed({ num_key_value_heads: 4 }), /^corrupt: .*multiple/);
  assert.equal(changed({ rope_theta: undefined, rope_parameters: { rope_type: 'default', rope_theta: 5e5 } }), 'ok');
});

test('half precisions: every float16 survives; rounding is to nearest even; specials', () => {
  for (let bits = 0; bits < 0x10000; bits++) {
    const value = fromHalf(bits);
    if (Number.isNaN(value)) continue;
    assert.equal(toHalf(value), bits);
  }
  assert.equal(fromHalf(toHalf(65504)), 65504);
  assert.equal(fromHalf(toHalf(65519)), 65504);
  assert.equal(fromHalf(toHalf(65520)), Number.POSITIVE_INFINITY);
  assert.equal(fromHalf(toHalf(1 + 2 ** -11)), 1, 'a tie goes to even');
  assert.equal(fromHalf(toHalf(1 + 3 * 2 ** -11)), 1 + 2 ** -9);
  assert.ok(Number.isNaN(fromHalf(toHalf(Number.NaN))) && Number.isNaN(fromBfloat(toBfloat(Number.NaN))));
  assert.equal(fromBfloat(toBfloat(1 + 2 ** -8)), 1, 'a tie goes to even');
  assert.equal(fromBfloat(toBfloat(-3.5)), -3.5);
});

test('a model folder in each stored type; damaged ones are refused', () => {
  const folder = mkdtempSync(join(tmpdir(), 'model-'));
  const { config, weights } = loadModel(goldenFolder('qwen2'));
  for (const [type, tolerance] of [
    ['F32', 0],
    ['F16', 1e-3],
    ['BF16', 8e-3],
  ] as const) {
    saveModel(folder, config, weights, type);
    const again = loadModel(folder);
    assert.deepEqual(again.config, config);
    for (const [name, data] of weights)
      assert.ok(relativeError(again.weights.get(name) ?? [], data) <= tolerance, `${type} ${name}`);
  }
  const file = join(folder, 'model.safetensors');
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.subarray(0, bytes.length - 10));
  assert.throws(() => loadModel(folder), { code: 'corrupt' });
  const { tensors } = readSafetensors(bytes);
  tensors.delete('model.norm.weight');
  writeFileSync(file, Buffer.concat(writeSafetensors(tensors)));
  assert.throws(() => loadModel(folder), /no tensor 'model.norm.weight'/);
  tensors.set('model.norm.weight', { shape: [3], data: new Float32Array(3) });
  writeFileSync(file, Buffer.concat(writeSafetensors(tensors)));
  assert.throws(() => loadModel(folder), /'model.norm.weight' has 3 elements/);
  const nan = new Map(weights).set('model.norm.weight', new Float32Array(16).fill(Number.NaN));
  assert.throws(() => saveModel(folder, config, nan, 'F32'), /no numbers/);
  rmSync(folder, { recursive: true });
  assert.throws(() => loadModel(folder), { code: 'unreadable' });
});

test('fresh adapters change nothing; merged ones are W + alpha/rank B A', () => {
  const { config, weights } = loadModel(goldenFolder('llama'));
  const lora: LoraConfig = { rank: 2, alpha: 6, targets: ['o_proj', 'up_proj'] };
  const adapters = initialAdapters(config, lora, 1);
  assert.equal(adapters.size, 2 * 2 * config.layers);
  assert.deepEqual(mergeAdapters(config, lora, weights, adapters), weights);
  const name = 'model.layers.1.mlp.up_proj.weight';
  const { a, b } = adapterNames(name);
  (adapters.get(b) as Float32Array)[3 * 2 + 1] = 0.5;
  const merged = mergeAdapters(config, lora, weights, adapters).get(name) as Float32Array;
  const at = 3 * 16 + 5;
  const expected = (weights.get(name)?.[at] as number) + 3 * 0.5 * (adapters.get(a)?.[16 + 5] as number);
  assert.ok(Math.abs((merged[at] as number) - expected) < 1e-6);
});

test('initial weights: seeded, with the deviations of the scheme', () => {
  const config = { ...PRESETS.S, layers: 2, vocabSize: 300 };
  const weights = initialWeights(config, 1);
  assert.deepEqual(weights, initialWeights(config, 1));
  const deviation = (name: string) => {
    const data = weights.get(name) as Float32Array;
    return Math.sqrt(data.reduce((sum, x) => sum + x * x, 0) / data.length);
  };
  assert.ok(Math.abs(deviation('model.layers.0.mlp.up_proj.weight') - 0.02) < 5e-4);
  assert.ok(Math.abs(deviation('model.layers.0.mlp.down_proj.weight') - 0.01) < 5e-4);
  assert.equal(deviation('model.norm.weight'), 1);
  assert.equal(weights.size, parameterSpecs(config).length);
});

test('4 and 8 bits: the error of normal weights, exact zeros, and short last blocks', () => {
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

test("'auto' is int4 for weights that 4 bits hold exactly, as stored in half precision, and int8 once they were trained on", () => {
  const config = { ...PRESETS.S, vocabSize: 64, layers: 1, hiddenSize: 96, intermediateSize: 160 };
  const name = 'model.layers.0.mlp.down_proj.weight';
  const weights = initialWeights(config, 3);
  assert.equal(chosenPrecision('auto', { config, weights }), 'int8');
  assert.equal(chosenPrecision('fp32', { config, weights }), 'fp32');
  const rounded = dequantize(quantize(weights.get(name) as Float32Array, 96, 160, 4));
  const stored = rounded.map((value) => fromHalf(toHalf(value)));
  assert.equal(chosenPrecision('auto', { config, weights: new Map([...weights, [name, stored]]) }), 'int4');
  const trained = stored.map((value, i) => value + (i % 97 === 0 ? 1e-3 : 0));
  assert.equal(chosenPrecision('auto', { config, weights: new Map([...weights, [name, trained]]) }), 'int8');
});
