// The network in 4 bits against its weights in f32.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Network } from '../../../src/neural/inference/network.ts';
import { loadLibrary } from '../../../src/neural/runtime/session.ts';
import { relativeError } from '../architecture/golden.ts';
import { FUNCTIONS, files, smallTokenizer, trainedModel } from './trained.ts';

const tokenizer = smallTokenizer();
const encode = (text: string) => [...tokenizer.encode(text)];
let exact: Network;
let small: Network;

before(async () => {
  await loadLibrary();
  const model = await trainedModel(tokenizer);
  exact = await Network.load(model, { device: 'cpu', threads: 1, precision: 'fp32' });
  small = await Network.load(model, { device: 'cpu', threads: 1, precision: 'int4' });
});
after(async () => {
  await exact.dispose();
  await small.dispose();
});

test('the int4 graph has the logits of its weights, up to the rounding of activations', async () => {
  const pass = { ids: encode(FUNCTIONS[0]), rows: [3, 9, 20] };
  const expected = await exact.forward(exact.cache(), pass);
  const error = relativeError(await small.forward(small.cache(), pass), expected);
  assert.ok(error < 0.03, String(error));
});

test('int4 predicts the same next token as fp32 at 95 % of the positions', async () => {
  const ids = files().slice(0, 2).flatMap(encode);
  const { vocabSize } = exact.config;
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
