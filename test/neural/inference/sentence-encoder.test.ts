// The sentence encoder against its reference: tokens and vectors of Python's tokenizers and onnxruntime.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { root } from '../../../build/paths.ts';
import { dot } from '../../../src/common/statistics/vectors.ts';
import { SentenceEncoder, VECTOR_WIDTH } from '../../../src/neural/inference/sentence-encoder.ts';

interface Golden {
  readonly text: string;
  /** The first values. */
  readonly vector: readonly number[];
}

let encoder: SentenceEncoder;
before(async () => {
  encoder = await SentenceEncoder.load(join(root, 'models/encoder'), 2);
});
after(() => encoder.dispose());

async function vectorsOf(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]> {
  const vectors: Float32Array[] = [];
  for await (const [at, vector] of encoder.vectors(texts, signal)) vectors[at] = vector;
  return vectors;
}

test('vectors equal those of the reference, in many scripts, for no text and for long ones', async () => {
  const golden = JSON.parse(readFileSync(join(root, 'test/golden/encoder.json'), 'utf8')) as Golden[];
  const vectors = await vectorsOf(golden.map(({ text }) => text));
  golden.forEach(({ text, vector }, i) => {
    const actual = vectors[i] as Float32Array;
    assert.equal(actual.length, VECTOR_WIDTH);
    assert.ok(Math.abs(dot(actual, actual) - 1) < 1e-5);
    const furthest = Math.max(...vector.map((value, j) => Math.abs(value - (actual[j] as number))));
    assert.ok(furthest < 2e-3, `${text}: ${furthest}`);
  });
});

test('a text has the same vector whatever texts are read with it', async () => {
  const texts = Array.from({ length: 20 }, (_, i) => `The page ${'crashes '.repeat(i)}when it opens.`);
  const together = await vectorsOf(texts);
  for (const i of [0, 7, 19]) assert.deepEqual((await vectorsOf([texts[i] as string]))[0], together[i]);
});

test('texts of like meaning are near to each other', async () => {
  const [bug, crash, weather] = (await vectorsOf([
    'The program stops with an error at the start.',
    'It crashes as soon as I open it.',
    'Tomorrow there will be rain in the north.',
  ])) as [Float32Array, Float32Array, Float32Array];
  assert.ok(dot(bug, crash) > dot(bug, weather) + 0.2);
});

test('a cancellation ends the reading at the next group', async () => {
  const controller = new AbortController();
  const read: number[] = [];
  const texts = Array.from({ length: 40 }, (_, i) => `text ${i}`);
  await assert.rejects(async () => {
    for await (const [at] of encoder.vectors(texts, controller.signal)) {
      read.push(at);
      controller.abort();
    }
  }, /abort/i);
  assert.ok(read.length > 0 && read.length < texts.length, `${read.length}`);
});
