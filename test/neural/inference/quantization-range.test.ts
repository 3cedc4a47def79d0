// On a processor whose sums of 8-bit products overflow, weights are limited so that no overflow can happen.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { EXACT_SUM, quantizationRange, rangeFor } from '../../../src/neural/inference/quantization-range.ts';
import { loadLibrary } from '../../../src/neural/runtime/session.ts';

before(async () => {
  await loadLibrary();
});

test('the range is 127 if sums are right, and 63 if pairs saturate at 16 bits', () => {
  assert.equal(rangeFor(Float32Array.of(EXACT_SUM, EXACT_SUM)), 127);
  // 32 pairs, and the sum of each is saturated.
  assert.equal(rangeFor(Float32Array.of(EXACT_SUM, 32 * 32767)), 63);
  assert.ok(2 * 255 * 63 <= 32767 && 2 * 255 * 65 > 32767);
});

test('the range of this machine is stable', async () => {
  const range = await quantizationRange();
  assert.ok(range === 127 || range === 63);
  assert.equal(await quantizationRange(), range);
});
