// The network in 4 and 8 bits against its weights in f32.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Model } from '../../../src/neural/architecture/decoder-values.ts';
import { parameterSpecs } from '../../../src/neural/architecture/parameters.ts';
import { dequantize, quantize } from '../../../src/neural/architecture/quantize.ts';
import { Network } from '../../../src/neural/inference/network.ts';
import { loadLibrary } from '../../../src/neural/runtime/library.ts';
import { relativeError } from '../architecture/golden.ts';
import { FUNCTIONS, files, smallTokenizer, trainedModel } from './trained.ts';

const tokenizer = smallTokenizer();
const encode = (text: string) => [...tokenizer.encode(text)];
let model: Model;
let exact: Network;
let small: Network;

before(async () => {
  await loadLibrary();
  model = await trainedModel(tokenizer);
  exact = await Network.load(model, { device: 'cpu', threads: 1, precision: 'fp32' });
  small = await Network.load(model, { device: 'cpu', threads: 1, precision: 'int4' });
});
after(async () => {
  await exact.dispose();
  await small.dispose();
});

for (const [precision, bits] of [
  ['int4', 4],
  ['int8', 8],
] as const) {
  test(`the ${precision} graph has the logits of its rounded weights, up to the rounding of activations`, async () => {
    const weights = new Map(model.weights);
    for (const { name, shape } of parameterSpecs(model.config)) {
      const [rows, columns] = shape as [number, number];
      const data = weights.get(name) as Float32Array;
      if (shape.length === 2) weights.set(name, dequantize(quantize(data, rows, columns, bits)));
    }
    const load = (from: Model, as: 'fp32' | 'int4' | 'int8') =>
      Network.load(from, { device: 'cpu', threads: 1, precision: as });
    const [rounded, packed] = [await load({ config: model.config, weights }, 'fp32'), await load(model, precision)];
    const pass = { ids: encode(FUNCTIONS[0]), rows: [3, 9, 20] };
    const expected = await rounded.forward(rounded.cache(), pass);
    const error = relativeError(await packed.forward(packed.cache(), pass), expected);
    await rounded.dispose();
    await packed.dispose();
    assert.ok(error < 0.03, String(error));
  });
}

test('int4 predicts the same next token as fp32 at 95 % of the positions', async () => {
  const ids = files().slice(0, 2).flatMap(encode);
  const { vocabSize } = model.config;
  const best = async (network: Network) => {
    const pass = { ids, rows: ids.map((_, i) => i) };
    const logits = await network.forward(network.cache(), pass);
    return ids.map((_, i) => {
      const row = logits.subarray(i * vocabSize, (i + 1) * vocabSize);
      return row.indexOf(Math.max(...row));
    });
  };
  const [expected, found] = [await best(exact), await best(small)];
  const same = found.filter((id, i) => id === expected[i]).length;
  assert.ok(ids.length > 50 && same >= 0.95 * ids.length, `${same} of ${ids.length}`);
});
