// 4-bit matrices in a file: sizes and scales have to fit.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packedMatrix } from '../../../src/neural/models/model-folder.ts';

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
