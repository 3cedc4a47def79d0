// Full fine-tuning with enough memory, adapters with less, and a clear error with too little.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CodedError } from '../../../src/common/errors.ts';
import { chooseMethod } from '../../../src/neural/training/method.ts';
import { PRESETS } from '../../support/random-models.ts';

const config = { ...PRESETS.S, vocabSize: 8192 };
const requirements = { tokens: 512 } as const;

test('the available memory decides between full fine-tuning, adapters and an error', () => {
  assert.equal(chooseMethod(config, { ...requirements, available: 4e9 }).name, 'full fine-tuning');
  const small = chooseMethod(config, { ...requirements, available: 3e8 });
  assert.equal(small.name, 'adapters (LoRA)');
  assert.equal(small.lora?.rank, 16);
  assert.match(small.reason, /of 300 MB free/);
  assert.throws(
    () => chooseMethod(config, { ...requirements, available: 3e7 }),
    (error) =>
      error instanceof CodedError &&
      error.code === 'out-of-memory' &&
      /30 MB are free within its limit\. .*easyAdaptation\.memory/.test(error.message),
  );
});

test('a large base gets adapters in its upper half with any memory', () => {
  const large = {
    ...config,
    vocabSize: 16384,
    hiddenSize: 576,
    intermediateSize: 1536,
    layers: 24,
    heads: 9,
    keyValueHeads: 3,
  };
  const method = chooseMethod(large, { tokens: 512, available: 64e9 });
  assert.equal(method.name, 'adapters (LoRA)');
  assert.equal(method.lora?.firstLayer, 12);
  assert.equal(chooseMethod(large, { tokens: 512, available: 7e8 }).name, 'adapters (LoRA)');
});
