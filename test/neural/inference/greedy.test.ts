// Network and caches in greedy decoding (bench/common/greedy/): int4 against fp32.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type GenerateRequest, generate } from '../../../bench/common/greedy/generate.ts';
import type { Model } from '../../../src/neural/architecture/decoder-values.ts';
import { parameterSpecs } from '../../../src/neural/architecture/parameters.ts';
import { dequantize, quantize } from '../../../src/neural/architecture/quantize.ts';
import { Network } from '../../../src/neural/inference/network.ts';
import { Prefixes } from '../../../src/neural/inference/prefixes.ts';
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

function request(text: string, more: Partial<GenerateRequest> = {}): GenerateRequest {
  return {
    prompt: [0, ...encode(text)],
    maxTokens: 24,
    stops: new Set(),
    stopText: '\n',
    ...more,
  };
}

function complete(text: string, more: Partial<GenerateRequest> = {}, network = small) {
  return generate(network, new Prefixes(network), tokenizer, request(text, more));
}

/** Positions inside the lines of two files, where the text before determines the rest. */
function places(): string[] {
  return files()
    .slice(0, 2)
    .flatMap((file) => {
      const lines = file.split('\n');
      return lines.flatMap((line, i) =>
        line.length > 4
          ? [[...lines.slice(Math.max(0, i - 8), i), line.slice(0, Math.ceil(line.length * 0.4))].join('\n')]
          : [],
      );
    });
}

test('the trained model completes what it learned', async () => {
  const { text, steps } = await complete(`${FUNCTIONS[3]}\nexport function clamp(x: number,`, {
    maxTokens: 30,
  });
  assert.equal(text.split('\n')[0], ' low: number, high: number): number {');
  assert.ok(steps.length < 30 && text.includes('\n'), 'the line ends it');
  assert.ok(steps.every(({ logProbability }) => logProbability <= 0));
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

test('int4 gives the same greedy line as fp32 at 95 % of the positions', async () => {
  const all = places();
  let same = 0;
  for (const position of all) {
    const [a, b] = [await complete(position), await complete(position, {}, exact)];
    if (a.text === b.text) same++;
  }
  assert.ok(all.length > 50);
  assert.ok(same >= 0.95 * all.length, `${same} of ${all.length}`);
});
