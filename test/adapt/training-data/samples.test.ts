// Training samples are in the base's format. Plain text is cut nowhere and contains each token once; each middle fits
// between its prefix and its suffix.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { samplesFrom, samplesOf } from '../../../src/adapt/training-data/samples.ts';
import { type DialectIds, dialectTokens } from '../../../src/neural/models/manifest.ts';
import { NgramModel } from '../../../src/specialist/ngram/model.ts';
import { loadTokenizer } from '../../../src/text/tokenizer/load.ts';
import type { HarvestedFile } from '../../../src/workspace/files/harvest-types.ts';
import { tokenizerPath } from '../project.ts';

const loaded = loadTokenizer(JSON.parse(readFileSync(tokenizerPath, 'utf8')));
assert.ok(loaded.ok);
const tokenizer = loaded.value;
const specialIds = dialectTokens(tokenizer) as Record<keyof DialectIds, number>;
const length = 96;

function file(path: string, text: string): HarvestedFile {
  return { path, languageId: 'typescript', kind: 'code', text, hash: path, split: 'train', secrets: 0 };
}

const body = Array.from(
  { length: 40 },
  (_, n) =>
    `export function find${n}(id: string): Käse | undefined {\n  return store.get(id, '${'→'.repeat(n % 4)}');\n}\n`,
).join('\n');
const files = [
  file('src/storage/find.ts', body),
  file('src/short.ts', 'export const one = 1;\nexport const two = one + one;\n'),
];
const snippets = () => [{ path: 'src/other.ts', text: 'export interface Käse { readonly id: string }\n', line: 3 }];
const samples = samplesOf(files, tokenizer, { length, seed: 1, snippets });
const weightsOf = (sample: (typeof samples)[number]) => sample.weights as Float32Array;
const middleSamples = samples.filter(({ ids }) => ids.includes(specialIds.prefix));
const plainSamples = samples.filter(({ ids }) => !ids.includes(specialIds.prefix));

test('all samples fit in a window, and half of them have a middle', () => {
  assert.ok(samples.every(({ ids }) => ids.length <= length + 1));
  assert.ok(Math.abs(middleSamples.length - plainSamples.length) <= 3, `${middleSamples.length} of ${samples.length}`);
});

test('in plain text each piece begins with the file name, and each token is trained on once', () => {
  for (const { path, text } of files) {
    const head = [specialIds.file, ...tokenizer.encode(`${path}\n`)];
    const pieces = plainSamples.filter(({ ids }) => head.every((id, i) => ids[i] === id));
    const learned = pieces.flatMap((piece, n) =>
      [...piece.ids].filter((_, i) => (n > 0 ? (weightsOf(piece)[i] as number) > 0 : i >= head.length)),
    );
    assert.deepEqual(learned, [...tokenizer.encode(text), specialIds.end]);
    for (const piece of pieces.slice(1)) assert.match(tokenizer.decode(piece.ids.slice(head.length)), /^\n/);
  }
});

test('a middle continues its prefix, ends with the end token, and is not part of its suffix', () => {
  for (const { ids, ...sample } of middleSamples) {
    const weights = weightsOf({ ids, ...sample });
    assert.equal(ids.at(-1), specialIds.eom);
    const from = weights.indexOf(4);
    assert.ok(weights.every((weight, i) => weight === (i < from ? 1 : 4)));
    const [file_, suffix, prefix] = [specialIds.file, specialIds.suffix, specialIds.prefix].map((id) =>
      ids.indexOf(id),
    ) as [number, number, number];
    assert.ok(file_ < suffix && suffix < prefix && prefix < from);
    const path = tokenizer.decode(ids.slice(file_ + 1, suffix)).trim();
    const text = files.find((each) => each.path === path)?.text as string;
    const before = tokenizer.decode(ids.slice(prefix + 1, from));
    const middle = tokenizer.decode(ids.slice(from, -1));
    const after = tokenizer.decode(ids.slice(suffix + 1, prefix)).replace(/\uFFFD+$/, '');
    assert.ok(middle.length > 0);
    assert.ok(text.includes(before + middle + after), `${before}|${middle}|${after}`);
    if (file_ > 0) {
      assert.equal(ids[0], specialIds.snippet);
      assert.ok(tokenizer.decode(ids.slice(1, file_)).startsWith('src/other.ts\nexport interface'));
    }
  }
  const share = middleSamples.filter(({ ids }) => ids.includes(specialIds.snippet)).length / middleSamples.length;
  assert.ok(share > 0.2 && share < 0.8, `${share}`);
});

test('if the cursor is after a space, the middle begins with that space, as a token does', () => {
  const middles = middleSamples.map(({ ids, weights }) =>
    tokenizer.decode(ids.slice((weights as Float32Array).indexOf(4), -1)),
  );
  assert.ok(middles.some((middle) => middle.startsWith(' ')));
  const prefixes = middleSamples.map(({ ids, weights }) =>
    tokenizer.decode(ids.slice(ids.indexOf(specialIds.prefix) + 1, (weights as Float32Array).indexOf(4))),
  );
  assert.ok(prefixes.every((prefix) => !/\S $/.test(prefix)));
});

test('tokens that the n-grams predict weigh less, in plain text, before a middle and in it', () => {
  const lengths = new Map(files.map(({ path, text }) => [path, tokenizer.encode(text).length]));
  // The n-grams are certain of every third token.
  const ngramProbabilities = ({ path }: HarvestedFile) =>
    path === 'src/short.ts'
      ? undefined
      : Float32Array.from({ length: lengths.get(path) as number }, (_, i) => (i % 3 === 0 ? 1 : 0));
  const weighed = samplesOf(files, tokenizer, {
    length,
    seed: 1,

    snippets,
    known: ngramProbabilities,
  });
  const actual = weighed.map(({ ids }) => ids);
  const expected = samples.map(({ ids }) => ids);
  assert.deepEqual(actual, expected);
  const [first] = files as [HarvestedFile];
  const minimumWeight = 0.3 / 1.3;
  const isNearly = (a: number, b: number) => Math.abs(a - b) < 1e-6;
  const head = tokenizer.encode(`${first.path}\n`).length + 1;
  const trainedWeights = weighed
    .filter(({ ids }) => !ids.includes(specialIds.prefix) && tokenizer.decode(ids).includes(first.path))
    .flatMap(({ weights }, n) =>
      [...(weights as Float32Array)].filter((weight, i) => (n > 0 ? weight > 0 : i >= head)),
    );
  assert.equal(trainedWeights.length, (lengths.get(first.path) as number) + 1);
  trainedWeights.forEach((weight, i) => {
    const holds = isNearly(weight, i % 3 === 0 && i < trainedWeights.length - 1 ? minimumWeight : 1);
    assert.ok(holds, `token ${i}: ${weight}`);
  });
  const middles = weighed.flatMap((sample, n) => {
    const from = weightsOf(samples[n] as (typeof samples)[number]).indexOf(4);
    return from < 0 ? [] : [...weightsOf(sample).slice(from)];
  });
  assert.ok(middles.every((weight) => isNearly(weight, 4) || isNearly(weight, 4 * minimumWeight)));
  const share = middles.filter((weight) => isNearly(weight, 4 * minimumWeight)).length / middles.length;
  assert.ok(share > 0.15 && share < 0.4, `${share}`);
});

test('samples that judge a training weigh less what the n-grams know', async () => {
  const held = { train: files, fit: [file('src/storage/found.ts', body)] };
  const { signal } = new AbortController();
  const index = NgramModel.build(files, tokenizer);
  const { validationExamples } = await samplesFrom(held, index, { halvings: 0 }, { tokenizer, signal });
  const weights = validationExamples.flatMap((sample) => [...weightsOf(sample)].filter((weight) => weight > 0));
  const known = weights.filter((weight) => weight < 0.3).length / weights.length;
  assert.ok(known > 0.5, `${known} of the tokens are those of a training file`);
});
