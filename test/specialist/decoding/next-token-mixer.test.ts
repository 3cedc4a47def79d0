// One step of the mixture inside a word: each model counts by how much it expected the healed bytes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { remainingBytes } from '../../../src/neural/inference/prefill.ts';
import { LogitReader, probability } from '../../../src/specialist/decoding/logit-reader.ts';
import { gateSize, NextTokenMixer } from '../../../src/specialist/decoding/next-token-mixer.ts';
import { draftTokens } from '../../../src/specialist/ngram/block.ts';
import { NgramModel } from '../../../src/specialist/ngram/model.ts';
import { at, corpus, tokenizer } from './model.ts';

const ngram = NgramModel.build(corpus, tokenizer);
const { vocabulary } = ngram;
const size = vocabulary.size;
const reader = new LogitReader(vocabulary, size);
/** Gate weights that count both models equally. */
const even = new Array<number>(gateSize).fill(0);
/** Logits of a made-up neural model: every token is possible, and tokens that begin with `likely` are more probable. */
const logitsOf = (likely: string) =>
  Float32Array.from({ length: size }, (_, id) => {
    const text = id < tokenizer.vocabularySize ? vocabulary.decode(tokenizer.bytesOf(id)) : '';
    return Math.sin(id * 12.9898) + (likely !== '' && text.startsWith(likely) ? 6 : 0);
  });

/** The state of the search after an unfinished word. */
function stateAfter(text: string) {
  const predictor = ngram.predictorAt(at(text), 40);
  const { own } = predictor;
  assert.ok(own.healed.length > 0, 'something was begun');
  const context = new Int32Array(own.contextLength + 20);
  context.set(own.context.subarray(0, own.contextLength));
  const mixer = new NextTokenMixer(predictor, reader, even, '');
  return { predictor, context, end: own.contextLength, healed: own.healed, mixer };
}

test('while healing, probabilities are those of the mixture over the tokens that continue the spelling', () => {
  for (const likely of ['', ' ', '(']) {
    const { predictor, context, end, healed, mixer } = stateAfter('export function |');
    const logits = logitsOf(likely);
    const { options, finish } = mixer.predict(context, end, healed, logits, true);
    assert.equal(finish.mixed, 0);
    const all = reader.read(logits, false);
    // The n-grams' probabilities here, without the restriction by healing.
    predictor.predict(context, end);
    const whole = (token: number) => {
      const seen = predictor.evidence.find(token) >= 0;
      return (probability(all, token) + (seen ? predictor.probabilityOf(token) : 0)) / 2;
    };
    assert.ok(options.length >= 2);
    const [first] = options;
    assert.ok(first);
    for (const { token, mixed } of options) {
      const expected = whole(token) / whole(first.token);
      assert.ok(Math.abs(mixed / first.mixed - expected) < 1e-4 * expected, `${mixed / first.mixed}, not ${expected}`);
    }
  }
});

test('a token that only repeats healed bytes is left out, and its probability is kept', () => {
  const word = 'parseHeader(';
  const ids = [...tokenizer.encode(word)];
  assert.ok(ids.length >= 2);
  const steps = ids.map((token) => ({
    ...{ token, probability: 0.5, margin: 0.2, entropy: 1, matchLength: 2, count: 3 },
    tier: 'folder' as const,
  }));
  const healed = tokenizer.bytesOf(ids[0] as number);
  assert.deepEqual(remainingBytes(healed, healed), new Uint8Array());
  const text = word.slice(healed.length);
  const tokens = draftTokens(steps, text, healed, vocabulary);
  assert.equal(tokens.map((each) => each.text).join(''), text);
  assert.equal(tokens.length, ids.length - 1);
  const probabilities = tokens.map((each) => each.probability);
  assert.deepEqual(probabilities, [0.25, ...new Array<number>(ids.length - 2).fill(0.5)]);
  assert.equal(tokens[0]?.margin, 0.1);
});
