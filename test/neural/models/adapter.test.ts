// Adapters on disk: written, read back, and refused with a reason if they do not fit.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CodedError } from '../../../src/common/errors.ts';
import { initialAdapters, type LoraConfig } from '../../../src/neural/architecture/lora.ts';
import { loadAdapter, saveAdapter } from '../../../src/neural/models/model-folder.ts';
import { readSafetensors } from '../../../src/neural/models/safetensors.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { readGolden } from '../architecture/golden.ts';

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
