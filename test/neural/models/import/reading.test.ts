// Reading foreign models: every block format has the values of the gguf package, and logits are those of transformers.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Network } from '../../../../src/neural/inference/network.ts';
import { readGguf } from '../../../../src/neural/models/import/gguf.ts';
import { BLOCK_TYPES } from '../../../../src/neural/models/import/stored-numbers.ts';
import { loadLibrary } from '../../../../src/neural/runtime/library.ts';
import { bytesOfCrafted, CRAFTED_GGUF, craftedGguf, TINY, writeCrafted } from './crafted-models.ts';
import { ggufValues } from './gguf-values.ts';

const golden = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../../golden/bases', name), 'utf8'));
const blocks: Readonly<Record<string, { id: number; bytes: string; values: number[] }>> = golden('blocks.json');
const logits: { ids: number[]; rows: number[] } & Record<string, number[][]> = golden('logits.json');
let folder = '';

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-bases-'));
  writeCrafted(folder);
  await loadLibrary();
});
after(() => rmSync(folder, { recursive: true, force: true }));

for (const [name, { id, bytes, values }] of Object.entries(blocks)) {
  test(`blocks of ${name} have the values that the gguf package reads`, () => {
    const type = BLOCK_TYPES.get(id);
    assert.equal(type?.name, name);
    const data = Buffer.from(bytes, 'hex');
    const read = new Float32Array(values.length);
    type?.read(new DataView(data.buffer, data.byteOffset), 0, values.length / type.values, read, 0);
    const largest = Math.max(...values.map(Math.abs));
    values.forEach((value, i) => {
      assert.ok(Math.abs((read[i] as number) - value) <= 1e-6 * largest, `${i}: ${read[i]} ${value}`);
    });
  });
}

for (const name of Object.keys(CRAFTED_GGUF)) {
  test(`${name} has the logits that transformers has`, async () => {
    const network = await Network.load(await ggufValues(await readGguf(join(folder, name))), {
      device: 'cpu',
      threads: 1,
      precision: 'fp32',
    });
    const { ids, rows } = logits;
    const found = await network.forward(network.cache(), { ids: ids.map((id) => [id]), rows });
    await network.dispose();
    const expected = logits[name] as number[][];
    const spread = Math.max(...expected.flat().map(Math.abs));
    assert.ok(spread > 0.5, `${spread}`);
    expected.forEach((row, r) => {
      row.forEach((value, i) => {
        const ours = found[r * 288 + i] as number;
        assert.ok(Math.abs(ours - value) < 1e-3 * spread, `row ${r}, ${i}: ${ours} ${value} of ${spread}`);
      });
    });
  });
}

test('divisors of the rotary frequencies are read where a GGUF has them', async () => {
  const tiny = craftedGguf('llama', {}, 1, TINY);
  const divisors = Float32Array.from({ length: 8 }, (_, i) => 1 + i / 4);
  const data = new Uint8Array(divisors.buffer);
  const path = join(folder, 'scaled.gguf');
  writeFileSync(
    path,
    bytesOfCrafted({ ...tiny, tensors: [...tiny.tensors, { name: 'rope_freqs.weight', shape: [8], type: 0, data }] }),
  );
  const { config, licence, ends } = await readGguf(path);
  assert.deepEqual(config.ropeDivisors, [...divisors]);
  assert.equal(licence, 'apache-2.0');
  assert.equal(ends.length, 1);
});
