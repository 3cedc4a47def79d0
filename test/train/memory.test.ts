// Full fine-tuning where there is memory for it, adapters where there is less, and a clear word where there is too little.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PRESETS } from '../../src/arch/config.ts';
import { CodedError } from '../../src/common/errors.ts';
import { chooseMethod } from '../../src/train/memory.ts';

const config = { ...PRESETS.S, vocabSize: 8192 };

test('the method follows the memory', () => {
  assert.equal(chooseMethod(config, 512, 4e9).name, 'full fine-tuning');
  const small = chooseMethod(config, 512, 4e8);
  assert.equal(small.name, 'adapters (LoRA)');
  assert.equal(small.lora?.rank, 16);
  assert.match(small.reason, /of 400 MB free/);
  assert.throws(
    () => chooseMethod(config, 512, 1e8),
    (error) =>
      error instanceof CodedError && error.code === 'out-of-memory' && /Close other programs/.test(error.message),
  );
});
