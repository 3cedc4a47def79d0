// Logits of the decoding graph against PyTorch's for randomly initialised checkpoints; cache, batches and precisions
// agree.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Network } from '../../../src/neural/inference/network.ts';
import { loadModel } from '../../../src/neural/models/model-folder.ts';
import { loadLibrary } from '../../../src/neural/runtime/library.ts';
import { GOLDEN_CASES, goldenFolder, readGolden, relativeError } from '../architecture/golden.ts';

before(async () => {
  await loadLibrary();
});

const fp32 = { device: 'cpu', threads: 1, precision: 'fp32' } as const;

for (const name of GOLDEN_CASES) {
  test(`logits of ${name}: whole batch, some rows, and token by token`, async () => {
    const golden = readGolden(name);
    const { config, weights } = loadModel(goldenFolder(name));
    const { lora } = golden;
    const model = { config, weights, ...(lora && { adapter: { lora, weights: golden.weights } }) };
    const network = await Network.load(model, fp32);
    const { batch, length } = golden;
    const ids = golden.batches[0]?.ids as number[];
    // Golden rows are [sequence][time]; the graph's are [time][sequence].
    const expected = (sequence: number, t: number) =>
      golden.logits.slice((sequence * length + t) * config.vocabSize, (sequence * length + t + 1) * config.vocabSize);
    const at = (t: number) => Array.from({ length: batch }, (_, i) => ids[i * length + t] as number);
    const times = Array.from({ length }, (_, t) => t);

    const whole = await network.forward(network.cache(batch), { ids: times.map(at), rows: times });
    const all = times.flatMap((t) => Array.from({ length: batch }, (_, i) => expected(i, t)).flat());
    assert.ok(relativeError(whole, all) < 1e-5, `whole: ${relativeError(whole, all)}`);

    // Rows in any order. Rows that are not requested are computed differently in the last layer.
    const few = [length - 2, 1];
    const some = await network.forward(network.cache(batch), { ids: times.map(at), rows: few });
    const theirs = few.flatMap((t) => Array.from({ length: batch }, (_, i) => expected(i, t)).flat());
    assert.ok(relativeError(some, theirs) < 1e-5, `some rows: ${relativeError(some, theirs)}`);

    const cache = network.cache();
    const first = await network.forward(cache, { ids: times.slice(0, 3).map((t) => [ids[t] as number]), rows: [2] });
    assert.ok(relativeError(first, expected(0, 2)) < 1e-5);
    for (const t of times.slice(3)) {
      const logits = await network.forward(cache, { ids: [[ids[t] as number]], rows: [0] });
      assert.ok(relativeError(logits, expected(0, t)) < 1e-5, `token ${t}`);
    }
    // The cache is cut, and the same tokens run again.
    cache.truncate(4);
    const again = await network.forward(cache, {
      ids: times.slice(4).map((t) => [ids[t] as number]),
      rows: [length - 5],
    });
    assert.ok(relativeError(again, expected(0, length - 1)) < 1e-5);
    await network.dispose();
  });
}
