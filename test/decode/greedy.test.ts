// Network and caches under a greedy walk (bench/common/greedy/): int4 against fp32, healing, drafts, the prefix cache, stops, cancellation.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type GenerateRequest, generate } from '../../bench/common/greedy/generate.ts';
import { heal } from '../../bench/common/greedy/heal.ts';
import { Lookup } from '../../bench/common/greedy/lookup.ts';
import { predict } from '../../bench/common/greedy/predict.ts';
import { textOf } from '../../bench/common/greedy/text.ts';
import type { Model } from '../../src/arch/decoder-values.ts';
import { parameterSpecs } from '../../src/arch/parameters.ts';
import { dequantize, quantize } from '../../src/arch/quantize.ts';
import { Network } from '../../src/decode/network.ts';
import { Prefixes } from '../../src/decode/prefixes.ts';
import { loadLibrary } from '../../src/runtime/library.ts';
import { relativeError } from '../arch/golden.ts';
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
    topK: 3,
    heal: false,
    speculate: false,
    stopIds: [],
    stopTexts: ['\n'],
    ...more,
  };
}

function complete(text: string, more: Partial<GenerateRequest> = {}, network = small) {
  return generate(network, new Prefixes(network), tokenizer, request(text, more));
}

/** Places inside the lines of two files, where the rest follows from what was said. */
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
  const { text, finish, steps } = await complete(`${FUNCTIONS[3]}\nexport function clamp(x: number,`, {
    maxTokens: 30,
  });
  assert.equal(text.split('\n')[0], ' low: number, high: number): number {');
  assert.equal(finish, 'stop-text');
  for (const { id, top, entropy, margin } of steps) {
    assert.equal(top.length, 3);
    assert.equal(top[0]?.id, id);
    assert.ok((top[0]?.logProbability as number) <= 0 && entropy >= 0 && margin >= 0 && margin <= 1);
  }
});

for (const [precision, bits] of [
  ['int4', 4],
  ['int8', 8],
] as const) {
  test(`the ${precision} graph computes what its rounded weights say, up to the rounding of activations`, async () => {
    const weights = new Map(model.weights);
    for (const { name, shape } of parameterSpecs(model.config)) {
      const [rows, columns] = shape as [number, number];
      const data = weights.get(name) as Float32Array;
      if (shape.length === 2) weights.set(name, dequantize(quantize(data, rows, columns, bits)));
    }
    const load = (from: Model, as: 'fp32' | 'int4' | 'int8') =>
      Network.load(from, { device: 'cpu', threads: 1, precision: as });
    const [rounded, packed] = [await load({ config: model.config, weights }, 'fp32'), await load(model, precision)];
    const pass = { ids: encode(FUNCTIONS[0]).map((id) => [id]), rows: [3, 9, 20] };
    const expected = await rounded.forward(rounded.cache(), pass);
    const error = relativeError(await packed.forward(packed.cache(), pass), expected);
    await rounded.dispose();
    await packed.dispose();
    assert.ok(error < 0.03, String(error));
  });
}

test('int4 gives the same greedy line as fp32 at 95 % of the places', async () => {
  const all = places();
  let same = 0;
  for (const place of all) {
    const [a, b] = [await complete(place, { heal: true }), await complete(place, { heal: true }, exact)];
    if (a.text === b.text) same++;
  }
  assert.ok(all.length > 50);
  assert.ok(same >= 0.95 * all.length, `${same} of ${all.length}`);
});

test('speculation changes neither tokens nor finish, and saves passes', async () => {
  let passes = 0;
  const counting = new Proxy(small, {
    get: (target, key) => {
      if (key === 'forward') passes++;
      const value = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  let tokens = 0;
  const long = { maxTokens: 60, stopTexts: [] };
  for (const [i, text] of FUNCTIONS.entries()) {
    // The same function again: what followed its first words is in the context.
    const place = `${text}\n${FUNCTIONS[(i + 1) % FUNCTIONS.length]}\n${text.slice(0, 20)}`;
    const plain = await complete(place, long);
    const drafted = await complete(place, { ...long, speculate: true }, counting);
    assert.deepEqual(
      drafted.steps.map(({ id }) => id),
      plain.steps.map(({ id }) => id),
    );
    assert.equal(drafted.finish, plain.finish);
    tokens += plain.steps.length;
  }
  assert.ok(passes < 0.8 * tokens, `${passes} passes for ${tokens} tokens`);
});

test('healing: a cursor inside a token completes the token', async () => {
  const { text } = await complete(`${FUNCTIONS[2]}\nif (!user) {\n  throw new Err`, { heal: true });
  assert.equal(text.split('\n')[0], 'or("the user is not logged in");');
  const { bytes, prompt } = heal(tokenizer, encode('return func'));
  assert.ok(prompt.length < encode('return func').length);
  assert.ok(' func'.endsWith(new TextDecoder().decode(bytes)));
  assert.equal(heal(tokenizer, encode('x')).bytes.length, 0, 'the only token stays');
});

test('the prefix cache: a keystroke costs its tokens, and the answer is the same', async () => {
  const prefixes = new Prefixes(small);
  const text = places().at(-1) as string;
  const run = (prompt: string) => generate(small, prefixes, tokenizer, request(prompt));
  const cold = await run(text);
  assert.equal(cold.reusedTokens, 0);
  const typed = `${text}${cold.text.slice(0, 5)}`;
  const warm = await run(typed);
  const shared = encode(text).length;
  assert.ok(warm.reusedTokens >= shared - 2, `${warm.reusedTokens} of ${warm.promptTokens}`);
  assert.equal(warm.text, (await complete(typed)).text);
  const other = await run('export');
  assert.ok(other.reusedTokens <= 1);
  assert.ok((await run(typed)).reusedTokens >= shared - 2, 'another prompt did not push it out');
});

test('stop tokens end before, texts after; length and context end too', async () => {
  const text = places()[3] as string;
  const free = await complete(text, { stopTexts: [], maxTokens: 6 });
  assert.equal(free.finish, 'length');
  assert.equal(free.steps.length, 6);
  const third = free.steps[2]?.id as number;
  const stopped = await complete(text, { stopTexts: [], maxTokens: 6, stopIds: [third] });
  assert.equal(stopped.finish, 'stop-token');
  assert.ok(stopped.steps.every(({ id }) => id !== third));
  assert.equal(stopped.stop?.id, third);
  assert.equal(free.stop, undefined);
  const far = await complete(files().join('\n'), { stopTexts: [] });
  assert.ok(far.promptTokens <= small.config.contextLength - 24, 'a long prompt loses its beginning');
});

test('cancellation between tokens keeps the cache usable', async () => {
  const prefixes = new Prefixes(small);
  const stop = new AbortController();
  const text = places()[9] as string;
  let seen = 0;
  const cancelled = await generate(small, prefixes, tokenizer, request(text, { stopTexts: [] }), stop.signal, () => {
    seen++;
    if (seen === 3) stop.abort();
  });
  assert.equal(cancelled.finish, 'cancelled');
  assert.equal(cancelled.steps.length, 3);
  const again = await generate(small, prefixes, tokenizer, request(text));
  assert.ok(again.reusedTokens > 0);
  assert.equal(again.text, (await complete(text)).text);
});

test('predict: probabilities, entropy, margin, ties and the allowed set', () => {
  const logits = Float32Array.of(9, Math.log(1), Math.log(2), Math.log(4), Math.log(1));
  const { top, entropy, margin } = predict(logits, 1, 4, 2);
  assert.deepEqual(
    top.map(({ id }) => id),
    [2, 1],
  );
  assert.ok(Math.abs((top[0]?.logProbability as number) - Math.log(0.5)) < 1e-6);
  assert.ok(Math.abs(margin - 0.25) < 1e-6);
  assert.ok(Math.abs(entropy - 1.75 * Math.LN2) < 1e-6);
  const limited = predict(logits, 1, 4, 5, [0, 3]);
  assert.deepEqual(
    limited.top.map(({ id }) => id),
    [0, 3],
  );
  assert.ok(Math.abs(limited.entropy - Math.LN2) < 1e-6);
  assert.throws(() => predict(Float32Array.of(Number.NaN, Number.NaN), 0, 2, 1), /no numbers/);
});

test('a character that is not whole yet is held back', () => {
  const ids = encode('ab→').map((id) => ({ id }));
  assert.equal(textOf(ids, tokenizer), 'ab→');
  assert.equal(textOf(ids, tokenizer, 1), 'b→');
  assert.equal(textOf(ids.slice(0, -1), tokenizer), 'ab');
});

test('drafts come from the latest earlier occurrence of the longest suffix', () => {
  const lookup = new Lookup([1, 2, 3, 4, 9, 2, 3, 5, 7, 2, 3]);
  assert.deepEqual(lookup.draft(2), [5, 7]);
  lookup.push(4);
  assert.deepEqual(lookup.draft(3), [9, 2, 3]);
  lookup.push(8);
  assert.deepEqual(lookup.draft(3), []);
});
