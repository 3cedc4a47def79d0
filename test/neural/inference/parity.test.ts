// Logits of the decoding graph against PyTorch's for randomly initialised checkpoints; cache, batches and precisions
// agree.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { Network } from '../../../src/neural/inference/network.ts';
import { loadModel } from '../../../src/neural/models/model-folder.ts';
import { loadLibrary } from '../../../src/neural/runtime/session.ts';
import { GOLDEN_CASES, goldenFolder, readLogits, relativeError } from '../architecture/golden.ts';

before(async () => {
  await loadLibrary();
});

const fp32 = { device: 'cpu', threads: 1, precision: 'fp32' } as const;

for (const name of GOLDEN_CASES) {
  test(`logits of ${name}: whole, some rows, and token by token`, async () => {
    const golden = readLogits(name);
    const { config, weights, packed } = loadModel(goldenFolder(name));
    const { lora } = golden;
    const model = { config, weights, packed, ...(lora && { adapter: { lora, weights: golden.weights } }) };
    const network = await Network.load(model, fp32);
    const { batch, length } = golden;
    const ids = golden.batches[0]?.ids as number[];
    const expected = (t: number, sequence = 0) =>
      golden.logits.slice((sequence * length + t) * config.vocabSize, (sequence * length + t + 1) * config.vocabSize);
    const times = Array.from({ length }, (_, t) => t);

    for (let sequence = 0; sequence < batch; sequence++) {
      const tokens = ids.slice(sequence * length, (sequence + 1) * length);
      const whole = await network.forward(network.cache(), { ids: tokens, rows: times });
      const error = relativeError(
        whole,
        times.flatMap((t) => expected(t, sequence)),
      );
      assert.ok(error < 1e-5, `whole: ${error}`);
      // Rows in any order. Rows that are not requested are computed differently in the last layer.
      const few = [length - 2, 1];
      const some = await network.forward(network.cache(), { ids: tokens, rows: few });
      const wanted = few.flatMap((t) => expected(t, sequence));
      assert.ok(relativeError(some, wanted) < 1e-5, 'some rows');
    }

    const cache = network.cache();
    const first = await network.forward(cache, { ids: ids.slice(0, 3), rows: [2] });
    assert.ok(relativeError(first, expected(2)) < 1e-5);
    for (const t of times.slice(3)) {
      const logits = await network.forward(cache, { ids: [ids[t] as number], rows: [0] });
      assert.ok(relativeError(logits, expected(t)) < 1e-5, `token ${t}`);
    }
    // The cache is cut, and the same tokens run again.
    cache.truncate(4);
    const again = await network.forward(cache, {
      ids: ids.slice(4, length),
      rows: [length - 5],
    });
    assert.ok(relativeError(again, expected(length - 1)) < 1e-5);
    await network.dispose();
  });
}

test('a model in 4 bits has the logits of PyTorch in f32, and is close to them as it is served without unpacking', async () => {
  const folder = join(import.meta.dirname, '../../golden/packed');
  const { ids, logits } = JSON.parse(readFileSync(join(folder, 'logits.json'), 'utf8'));
  const stored = loadModel(folder);
  assert.equal(stored.packed.size, 15);
  assert.ok([...stored.weights.values()].every(({ length }) => length === 64));
  for (const [precision, most] of [
    ['fp32', 1e-5],
    ['int4', 0.05],
  ] as const) {
    const network = await Network.load(stored, { ...fp32, precision });
    const found = await network.forward(network.cache(), { ids, rows: [...ids.keys()] });
    assert.ok(relativeError(found, logits.flat()) < most, precision);
    await network.dispose();
  }
});
