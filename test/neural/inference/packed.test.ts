// A model with 4-bit matrices on disk: equal to its f32 values, and served without unpacking.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { Model } from '../../../src/neural/architecture/decoder-values.ts';
import { choosePrecision, type Precision } from '../../../src/neural/architecture/precision.ts';
import { stepGraph } from '../../../src/neural/architecture/serve.ts';
import { Network } from '../../../src/neural/inference/network.ts';
import { loadModel } from '../../../src/neural/models/model-folder.ts';
import { loadLibrary } from '../../../src/neural/runtime/library.ts';
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

test('values in f32 give the logits of PyTorch', async () => {
  const model = loadModel(folder);
  assert.equal(model.packed?.size, 0);
  assert.ok(relativeError(await logits(model, 'fp32'), golden.logits.flat()) < 1e-5);
  assert.equal(choosePrecision(model), 'int4');
});

test('packed weights give the same int4 graph as their values, close to f32', async () => {
  const stored = loadModel(folder, { as: 'stored' });
  assert.equal(stored.packed?.size, 15);
  assert.ok([...stored.weights.values()].every(({ length }) => length === 64));
  assert.equal(choosePrecision(stored), 'int4');
  const [one, two] = [stored, loadModel(folder)].map((model) => stepGraph(model, 'int4').bytes);
  assert.deepEqual(one, two);
  assert.ok(relativeError(await logits(stored, 'int4'), golden.logits.flat()) < 0.05);
  assert.ok(relativeError(await logits(stored, 'fp32'), golden.logits.flat()) < 1e-5);
});
