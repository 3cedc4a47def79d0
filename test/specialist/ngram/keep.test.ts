// Fits and snapshots: fits lower the loss, and snapshots are read back completely or refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleExamples } from '../../../src/prompts/completion/cursor-examples.ts';
import { fitMixture, meanLoss } from '../../../src/specialist/ngram/fit-mixture.ts';
import { NgramModel } from '../../../src/specialist/ngram/model.ts';
import { defaultWeights, plainWeights, weightsFrom } from '../../../src/specialist/ngram/weights.ts';
import { loadTokenizer } from '../../../src/text/tokenizer/load.ts';
import { sealed } from '../../safety/fuzz-targets.ts';
import { initialMixture, initialRanking } from '../../support/unfitted-ngram.ts';
import { trainTokenizer } from '../../text/tokenizer/fixture.ts';
import { at, build, line, projectFiles, tokenizer } from './project.ts';

const trained = projectFiles.slice(0, 5);
const heldOut = projectFiles.slice(5);
const heldOutPlaces = sampleExamples(
  heldOut.map((file) => ({ ...file, languageId: 'typescript', kind: 'code' })),
  100,
  1,
);

test('a fit lowers the log loss on its examples from any start', () => {
  const examples = build(trained).mixtureExamples(heldOut, 5000);
  assert.ok(examples.length > 200);
  const start = initialMixture();
  const fitted = fitMixture(examples, start, { epochs: 8, rate: 0.05, prior: 1 });
  assert.ok(fitted.after < fitted.before - 0.05, `${fitted.before} -> ${fitted.after}`);
  assert.equal(meanLoss(examples, start), fitted.before);
});

test("the mixture's gradient lowers its loss", () => {
  const examples = build(trained).mixtureExamples(heldOut, 400).slice(0, 40);
  const start = initialMixture();
  // One step of gradient descent, small enough to be linear, must lower the loss of every single example's own fit.
  for (const example of examples) {
    const fitted = fitMixture([example], start, { epochs: 1, rate: 1e-3, prior: 0 });
    assert.ok(fitted.after <= fitted.before + 1e-9);
  }
});

test('a fit without examples keeps the weights', () => {
  const model = build();
  const before = plainWeights(model.weights);
  assert.deepEqual(plainWeights(model.fit([], [])), before);
  assert.deepEqual(plainWeights(model.fit([{ path: 'a.ts', text: '' }], [])), before);
});

test('a fit gives finite weights, and the model uses them', () => {
  const model = build(trained);
  const weights = model.fit(heldOut, heldOutPlaces);
  for (const values of Object.values(plainWeights(weights))) assert.ok(values.every(Number.isFinite));
  assert.deepEqual(plainWeights(model.weights), plainWeights(weights));
});

test('the shipped weights score better than unfitted ones on new text', () => {
  const none = { ...initialMixture(), ranking: initialRanking() };
  const shipped = NgramModel.build(trained, tokenizer).scoreTokens(heldOut, 5000);
  const plain = NgramModel.build(trained, tokenizer, none).scoreTokens(heldOut, 5000);
  assert.ok(shipped.logLoss < plain.logLoss, `${shipped.logLoss} against ${plain.logLoss}`);
  assert.ok(shipped.ece >= 0 && shipped.ece <= 1);
});

test('a loaded snapshot has the same answers and weights', () => {
  const model = build();
  model.fit(heldOut, heldOutPlaces);
  model.setSavedFile('src/late.ts', 'const walrus = summonWalrus(arctic);\n');
  const bytes = model.serialize();
  // From a pool, at an odd place, as a file read may hand it over.
  const odd = Buffer.concat([Buffer.from([1]), bytes]).subarray(1);
  const loaded = NgramModel.deserialize(odd, tokenizer);
  assert.ok(loaded.ok);
  assert.equal(loaded.value.fileCount, projectFiles.length + 1);
  assert.deepEqual(plainWeights(loaded.value.weights), plainWeights(model.weights));
  for (const text of ['const walrus = summonWal¦', '    if (rows.length === 0) {\n      ¦', 'import type { ¦']) {
    assert.equal(loaded.value.complete(at(text), line).text, model.complete(at(text), line).text);
  }
  const weights = NgramModel.weightsOf(bytes, tokenizer);
  assert.ok(weights.ok);
  assert.deepEqual(plainWeights(weights.value), plainWeights(model.weights));
});

const good = build().serialize();
/** The valid snapshot with one byte replaced; negative offsets count from the end. */
const changed = (at: number, byte: number) => good.with(at, byte);
const refused: readonly [string, string, Uint8Array][] = [
  ['empty', 'corrupt', new Uint8Array(0)],
  ['cut short', 'corrupt', good.slice(0, -100)],
  ['cut to the header', 'corrupt', good.slice(0, 30)],
  ['something else', 'corrupt', new TextEncoder().encode('SQLite format 3, and quite a lot of text after it')],
  ['a changed byte', 'corrupt', changed(-2000, (good.at(-2000) as number) ^ 4)],
  ['an earlier version', 'other-version', sealed(changed(8, 1))],
  ['a later version', 'other-version', changed(8, 99)],
];

for (const [name, code, bytes] of refused) {
  test(`a snapshot is refused: ${name}`, () => {
    for (const read of [NgramModel.deserialize(bytes, tokenizer), NgramModel.weightsOf(bytes, tokenizer)]) {
      assert.ok(!read.ok);
      assert.equal(read.error.code, code);
    }
  });
}

test('a snapshot made with another tokenizer is refused', () => {
  const other = loadTokenizer(trainTokenizer('something else, much shorter', 280));
  assert.ok(other.ok);
  for (const read of [NgramModel.deserialize(good, other.value), NgramModel.weightsOf(good, other.value)]) {
    assert.ok(!read.ok);
    assert.equal(read.error.code, 'mismatched');
    assert.match(read.error.message, /another tokenizer.*rebuilt/);
  }
});

test('weights of another shape are rejected', () => {
  const plain = plainWeights(defaultWeights());
  assert.ok(weightsFrom(plain) !== undefined);
  assert.equal(weightsFrom({ ...plain, base: [1] }), undefined);
  assert.equal(weightsFrom({ ...plain, ranking: plain.ranking.map(() => null) }), undefined);
  assert.equal(weightsFrom(undefined), undefined);
});
