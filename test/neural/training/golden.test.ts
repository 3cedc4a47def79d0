// Training against PyTorch on the CPU, where adapters begin, and what they need of the memory.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initialAdapters, type LoraConfig, loraFor } from '../../../src/neural/architecture/lora.ts';
import { loadLibrary } from '../../../src/neural/runtime/session.ts';
import { checkMemory } from '../../../src/neural/training/adapt-base.ts';
import { PRESETS } from '../../support/random-models.ts';
import { checkGradients } from '../architecture/check-gradients.ts';
import { readGolden } from '../architecture/golden.ts';
import { compareSteps } from './helpers.ts';

before(loadLibrary);

test("loss and gradients of adapters are PyTorch's", () => checkGradients('cpu'));
test('ten losses with one micro-batch per step', () => compareSteps({}));
test('ten losses with gradients accumulated over two micro-batches', () => compareSteps({ batch: 1 }));

test('new adapters change nothing: every B is zero, and no A is', () => {
  const { config } = readGolden();
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

const [small, medium] = [PRESETS.S, PRESETS.M].map((shape) => ({ ...shape, vocabSize: 16_384 })) as [
  typeof PRESETS.S & { vocabSize: number },
  typeof PRESETS.M & { vocabSize: number },
];

test('a base of many layers is adapted in its upper half', () => {
  assert.equal(loraFor(small).firstLayer, undefined);
  assert.equal(loraFor(medium).firstLayer, 15);
});

test('training needs more memory for a larger base, and says how much there is', () => {
  checkMemory(small, { tokens: 512, available: 3e8 });
  checkMemory(medium, { tokens: 512, available: 8e8 });
  assert.throws(() => checkMemory(medium, { tokens: 512, available: 3e8 }), {
    code: 'out-of-memory',
    message: /300 MB are free within its limit\. .*easyAdaptation\.memory/,
  });
});
