// Adapters as they begin.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initialAdapters, type LoraConfig } from '../../../src/neural/architecture/lora.ts';
import { loadModel } from '../../../src/neural/models/model-folder.ts';
import { goldenFolder } from './golden.ts';

test('new adapters change nothing: every B is zero, and no A is', () => {
  const { config } = loadModel(goldenFolder('llama'));
  const lora: LoraConfig = { rank: 2, alpha: 6, targets: ['o_proj', 'up_proj'] };
  const adapters = initialAdapters(config, lora, 1);
  assert.equal(adapters.size, 2 * 2 * config.layers);
  for (const [name, values] of adapters)
    assert.equal(
      values.every((value) => value === 0),
      name.endsWith('lora_B.weight'),
      name,
    );
});
