// Adapters of all layers or of the upper half, and a clear error with too little memory for them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loraFor } from '../../../src/neural/architecture/lora.ts';
import { checkMemory } from '../../../src/neural/training/adapt-base.ts';
import { PRESETS } from '../../support/random-models.ts';

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
