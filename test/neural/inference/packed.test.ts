// A model with 4-bit matrices on disk is served without unpacking.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { Precision } from '../../../src/neural/architecture/constants.ts';
import type { Model } from '../../../src/neural/architecture/lora.ts';
import { Network } from '../../../src/neural/inference/network.ts';
import { loadModel } from '../../../src/neural/models/model-folder.ts';
import { loadLibrary } from '../../../src/neural/runtime/session.ts';
import { relativeError } from '../architecture/golden.ts';

const folder = join(import.meta.dirname, '../../golden/packed');
const golden = JSON.parse(readFileSync(join(folder, 'logits.json'), 'utf8')) as { ids: number[]; logits: number[][] };

before(async () => {
  await loadLibrary();
});

async function logits(model: Model, precision: Precision): Promise<Float32Array> {
  const network = await Network.load(model, { device: 'cpu', threads: 1, precision });
  const rows = golden.ids.map((_, i) => i);
  const found = await network.forward(network.cache(), { ids: golden.ids, rows });
  await network.dispose();
  return found;
}

test('a model in 4 bits has the logits of PyTorch in f32, and is close to them as it is served', async () => {
  const stored = loadModel(folder);
  assert.equal(stored.packed.size, 15);
  assert.ok([...stored.weights.values()].every(({ length }) => length === 64));
  assert.ok(relativeError(await logits(stored, 'fp32'), golden.logits.flat()) < 1e-5);
  assert.ok(relativeError(await logits(stored, 'int4'), golden.logits.flat()) < 0.05);
});
