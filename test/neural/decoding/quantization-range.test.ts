// A processor whose 8-bit products overflow gets weights that cannot make them.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { WITHOUT_OVERFLOW } from '../../../src/neural/architecture/overflow.ts';
import { detectRange, quantizationRange } from '../../../src/neural/decoding/quantization-range.ts';
import { loadLibrary } from '../../../src/neural/runtime/library.ts';

before(async () => {
  await loadLibrary();
});

test('the whole range where sums are right, half of it where a pair is cut off at 16 bits', async () => {
  assert.equal(await detectRange(async () => Float32Array.of(WITHOUT_OVERFLOW, WITHOUT_OVERFLOW)), 127);
  // 32 pairs, each cut off.
  assert.equal(await detectRange(async () => Float32Array.of(WITHOUT_OVERFLOW, 32 * 32767)), 63);
  assert.ok(2 * 255 * 63 <= 32767 && 2 * 255 * 65 > 32767);
});

test('a probe that failed is tried again, one under way is shared', async () => {
  let probes = 0;
  const fails = async () => {
    probes++;
    throw new Error('no memory');
  };
  const both = [quantizationRange(fails), quantizationRange(fails)];
  for (const each of both) await assert.rejects(each, { message: 'no memory' });
  assert.equal(probes, 1);
  await assert.rejects(quantizationRange(fails));
  assert.equal(probes, 2);
});

test('here one or the other, and the same when asked again', async () => {
  const range = await quantizationRange();
  assert.ok(range === 127 || range === 63);
  assert.equal(await quantizationRange(), range);
});
