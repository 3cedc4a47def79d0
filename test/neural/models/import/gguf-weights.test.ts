// The weights of a GGUF file for training: in 8 bits, within half a step of the values that the file has.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { BLOCK, dequantize } from '../../../../src/neural/architecture/quantize.ts';
import { readGguf } from '../../../../src/neural/models/import/gguf.ts';
import { loadGguf } from '../../../../src/neural/models/import/gguf-weights.ts';
import { CRAFTED_GGUF, writeCrafted } from './crafted-models.ts';
import { ggufValues } from './gguf-values.ts';

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-gguf-weights-'));
  writeCrafted(folder);
});
after(() => rmSync(folder, { recursive: true, force: true }));

for (const name of Object.keys(CRAFTED_GGUF)) {
  test(`the matrices of ${name} are packed in 8 bits, and its vectors are exact`, async () => {
    const source = await readGguf(join(folder, name));
    const { weights, packed } = await loadGguf(source);
    const expected = (await ggufValues(source)).weights;
    assert.deepEqual(new Set([...weights.keys(), ...packed.keys()]), new Set(expected.keys()));
    for (const [key, values] of weights) assert.deepEqual(values, expected.get(key), key);
    for (const [key, matrix] of packed) {
      assert.equal(matrix.bits, 8);
      const [found, values] = [dequantize(matrix), expected.get(key) as Float32Array];
      for (let start = 0; start < values.length; start += BLOCK) {
        const largest = Math.max(...values.subarray(start, start + BLOCK).map(Math.abs));
        for (let i = start; i < start + BLOCK; i++) {
          const away = Math.abs((found[i] as number) - (values[i] as number));
          // The value of largest magnitude of the other sign may be clipped by a whole step.
          assert.ok(away <= (1.001 * largest) / 128, `${key} ${i}: ${found[i]} ${values[i]}`);
        }
      }
    }
  });
}

test('reading ends when a pause is rejected', async () => {
  const source = await readGguf(join(folder, 'qwen2.gguf'));
  let pauses = 0;
  const pause = async () => {
    if (++pauses === 3) throw new Error('stopped');
  };
  await assert.rejects(loadGguf(source, pause), /stopped/);
  assert.equal(pauses, 3);
});
