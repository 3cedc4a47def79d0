// The Hadamard transform and 8-bit quantisation: products are preserved within bounds. On a processor whose sums of 8-bit
// products overflow, weights are limited.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normals } from '../../../src/common/statistics/random.ts';
import {
  dequantize,
  hadamardMatrix,
  hadamardTransform,
  hadamardWidth,
  quantizeTransposed,
} from '../../../src/neural/architecture/quantize.ts';
import { EXACT_SUM, rangeFor } from '../../../src/neural/inference/quantization-range.ts';
import { quantize } from '../../support/packed-models.ts';

const next = normals(3);
const random = (count: number) => Float32Array.from({ length: count }, next);
const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);

test('the Hadamard transform of both factors keeps their product at any width', () => {
  for (const [inner, width] of [
    [1536, 64],
    [96, 32],
    [24, 8],
    [6, 2],
    [5, 1],
  ] as const) {
    assert.equal(hadamardWidth(inner), width);
    const [x, w] = [random(inner), random(inner)];
    const expected = dot(x, w);
    hadamardTransform(x, width);
    hadamardTransform(w, width);
    assert.ok(Math.abs(dot(x, w) - expected) < 1e-4 * Math.sqrt(inner), `${inner}`);
  }
});

test('the transform spreads an outlier over the group, and the matrix is symmetric and orthogonal', () => {
  const x = new Float32Array(64);
  x[7] = 8;
  hadamardTransform(x, 64);
  assert.ok(x.every((value) => Math.abs(Math.abs(value) - 1) < 1e-6));
  const matrix = hadamardMatrix(16);
  for (let i = 0; i < 16; i++) {
    for (let j = 0; j < 16; j++) {
      assert.equal(matrix[i * 16 + j], matrix[j * 16 + i]);
      const product = dot(matrix.slice(i * 16, i * 16 + 16), matrix.slice(j * 16, j * 16 + 16));
      assert.ok(Math.abs(product - (i === j ? 1 : 0)) < 1e-6);
    }
  }
});

test('packed matrices are quantised side by side, each value within half a step', () => {
  const inner = 96;
  const plain = random(70 * inner);
  plain.fill(0, inner, 2 * inner);
  const parts = [quantize(plain, 70, inner), quantize(random(3 * inner), 3, inner)];
  for (const range of [127, 63] as const) {
    const { values, scales } = quantizeTransposed(parts, inner, range);
    assert.equal(scales.length, 73);
    const most = values.reduce((largest, x) => Math.max(largest, Math.abs(x)), 0);
    assert.equal(most, range);
    const rows = parts.flatMap((part) => [...dequantize(part)]);
    for (let row = 0; row < 73; row++) {
      const expected = Float32Array.from(rows.slice(row * inner, (row + 1) * inner));
      hadamardTransform(expected, hadamardWidth(inner));
      const scale = scales[row] as number;
      for (let i = 0; i < inner; i++) {
        const found = (values[i * 73 + row] as number) * scale;
        assert.ok(Math.abs(found - (expected[i] as number)) <= 0.501 * scale + 1e-7, `${row} ${i}`);
      }
      assert.equal(scale === 0, row === 1);
    }
  }
});

test('the range is 127 if sums are right, and 63 if pairs saturate at 16 bits', () => {
  assert.equal(rangeFor(Float32Array.of(EXACT_SUM, EXACT_SUM)), 127);
  // 32 pairs, and the sum of each is saturated.
  assert.equal(rangeFor(Float32Array.of(EXACT_SUM, 32 * 32767)), 63);
  assert.ok(2 * 255 * 63 <= 32767 && 2 * 255 * 65 > 32767);
});
