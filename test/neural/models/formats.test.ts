// Reads and writes config.json, safetensors, half precisions, matrices in 4 bits and adapters.
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CodedError } from '../../../src/common/errors.ts';
import { fromHalf, toHalf } from '../../../src/common/half.ts';
import { initialAdapters, type LoraConfig } from '../../../src/neural/architecture/lora.ts';
import { parameterCount } from '../../../src/neural/architecture/parameters.ts';
import { parseConfig } from '../../../src/neural/models/config-json.ts';
import { loadAdapter, loadModel, packedMatrix, saveAdapter } from '../../../src/neural/models/model-folder.ts';
import { readSafetensors, writeSafetensors } from '../../../src/neural/models/safetensors.ts';
import { writeConfig } from '../../support/config-json.ts';
import { PRESETS, saveValues } from '../../support/random-models.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { goldenFolder, readGolden, relativeError } from '../architecture/golden.ts';

const codeOf = (text: string) => {
  const result = parseConfig(text);
  return result.ok ? 'ok' : `${result.error.code}: ${result.error.message}`;
};

test('config.json: a written config is read back, and the shipped sizes have their parameters', () => {
  const small = { ...PRESETS.S, vocabSize: 8192 };
  const again = parseConfig(writeConfig(small, 'float16'));
  assert.ok(again.ok);
  assert.deepEqual(again.value, small);
  const millions = (name: 'S' | 'M') => (parameterCount({ ...PRESETS[name], vocabSize: 16_384 }) / 1e6).toFixed(1);
  assert.deepEqual([millions('S'), millions('M')], ['16.6', '115.6']);
});

test('config.json: an unsupported model is refused with the reason', () => {
  const base = JSON.parse(writeConfig({ ...PRESETS.S, vocabSize: 100 }, 'float32'));
  const changed = (more: object) => codeOf(JSON.stringify({ ...base, ...more }));
  assert.match(codeOf('{'), /^corrupt: .*not valid JSON/);
  assert.match(changed({ model_type: 'mamba' }), /^unsupported: .*'mamba'/);
  assert.match(changed({ tie_word_embeddings: false }), /^unsupported: .*output matrix of its own/);
  assert.match(changed({ hidden_size: undefined }), /^corrupt: .*no usable hidden_size/);
  assert.match(changed({ num_key_value_heads: 4 }), /^corrupt: .*multiple/);
});

test('half precision: every float16 is read back, and rounding is to nearest even', () => {
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
  assert.ok(Number.isNaN(fromHalf(toHalf(Number.NaN))));
});

test('a model folder is read in each stored type, and a damaged one is refused', () => {
  const folder = temporaryFolder();
  const { config, weights } = loadModel(goldenFolder('llama'));
  for (const [type, tolerance] of [
    ['F32', 0],
    ['F16', 1e-3],
  ] as const) {
    saveValues(folder, config, weights, type);
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
  writeFileSync(file, Buffer.concat([...writeSafetensors(tensors)]));
  assert.throws(() => loadModel(folder), /no tensor 'model.norm.weight'/);
  tensors.set('model.norm.weight', { shape: [3], data: new Float32Array(3) });
  writeFileSync(file, Buffer.concat([...writeSafetensors(tensors)]));
  assert.throws(() => loadModel(folder), /'model.norm.weight' has 3 elements/);
  const nan = new Map(weights).set('model.norm.weight', new Float32Array(16).fill(Number.NaN));
  saveValues(folder, config, nan, 'F32');
  assert.throws(() => loadModel(folder), /NaN or infinite/);
  rmSync(folder, { recursive: true });
  assert.throws(() => loadModel(folder), { code: 'unreadable' });
});

const of = (rows: number, columns: number, bytes: number, scales: Float32Array | undefined) => () =>
  packedMatrix('m', rows, columns, new Uint8Array(bytes), scales);
const scales = (count: number, value = 1) => new Float32Array(count).fill(value);

test('packed bytes and scales have the matrix’s size in whole blocks', () => {
  assert.equal(of(2, 64, 64, scales(4))().scales.length, 4);
  for (const wrong of [
    of(2, 64, 63, scales(4)),
    of(2, 64, 64, scales(3)),
    of(2, 64, 64, undefined),
    of(2, 64, 64, scales(4, Number.NaN)),
    // Half a block a row, which would be read as a whole one.
    of(2, 48, 48, scales(3)),
  ])
    assert.throws(wrong, { code: 'corrupt' });
});

const folder = temporaryFolder();
const { config } = readGolden();
const lora: LoraConfig = { rank: 2, alpha: 4, targets: ['q_proj', 'down_proj'], firstLayer: 1 };

test("a written adapter is read back under peft's names", () => {
  const weights = initialAdapters(config, lora, 3);
  saveAdapter(folder, config, { lora, weights }, 'F32');
  assert.deepEqual(loadAdapter(folder, config), { lora, weights });
  const json = JSON.parse(readFileSync(join(folder, 'adapter_config.json'), 'utf8'));
  assert.deepEqual([json.r, json.lora_alpha, json.layers_to_transform], [2, 4, [1]]);
  const { tensors } = readSafetensors(readFileSync(join(folder, 'adapter_model.safetensors')));
  const name = 'base_model.model.model.layers.1.self_attn.q_proj.lora_A.weight';
  assert.deepEqual(tensors.get(name)?.shape, [2, config.hiddenSize]);
  assert.equal(tensors.size, 4);
});

test('an adapter that does not fit the base is refused with the reason', () => {
  const good = readFileSync(join(folder, 'adapter_config.json'), 'utf8');
  const refusal = (more: object): string => {
    writeFileSync(join(folder, 'adapter_config.json'), JSON.stringify({ ...JSON.parse(good), ...more }));
    try {
      loadAdapter(folder, config);
      return 'taken';
    } catch (error) {
      return error instanceof CodedError ? `${error.code}: ${error.message}` : String(error);
    }
  };
  assert.equal(refusal({}), 'taken');
  assert.match(refusal({ r: 2.5 }), /^corrupt: .*usable r\./);
  assert.match(refusal({ r: 1e9 }), /^corrupt/);
  assert.match(refusal({ r: 3 }), /^corrupt: .*lora_A/);
  assert.match(refusal({ target_modules: 'all-linear' }), /^corrupt: .*target_modules/);
  assert.match(refusal({ layers_to_transform: [0] }), /^corrupt: .*upper layers/);
  assert.match(refusal({ layers_to_transform: null }), /^corrupt: .*layers\.0/);
  writeFileSync(join(folder, 'adapter_config.json'), '{');
  assert.throws(() => loadAdapter(folder, config), /not valid JSON/);
});
