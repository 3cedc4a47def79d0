// The cuts of other models' tokenizers: ids equal to those of Hugging Face's library in Rust on 400 odd strings each.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { tokenizerFromGguf } from '../../../src/neural/models/import/gguf-tokenizer.ts';
import { loadTokenizer } from '../../../src/text/tokenizer/load.ts';
import type { Tokenizer } from '../../../src/text/tokenizer/types.ts';

interface Golden {
  readonly vocab: readonly string[];
  readonly merges: readonly string[];
  /** Texts that are one token wherever they stand; the last is left to the cut. */
  readonly literals: readonly string[];
  readonly strings: readonly string[];
  readonly tokenizers: Readonly<
    Record<string, { pre_tokenizer: unknown; normalizer?: unknown; ignore_merges?: true; hashes: string }>
  >;
}

/** test/golden/tokenizers/make.py writes it. */
const golden: Golden = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../golden/tokenizers/golden.json'), 'utf8'),
);
const plain = { single_word: false, lstrip: false, rstrip: false, normalized: false };
const literals = golden.literals.slice(0, 2);
const added = literals.map((content, i) => ({ id: golden.vocab.length + i, content, special: false, ...plain }));

function load(name: string, more: readonly object[] = []): Tokenizer {
  const { pre_tokenizer, normalizer, ignore_merges = false } = golden.tokenizers[name] as Golden['tokenizers'][string];
  const vocab = Object.fromEntries(golden.vocab.map((word, id) => [word, id]));
  const model = { type: 'BPE', ignore_merges, vocab, merges: golden.merges };
  const read = loadTokenizer({ model, added_tokens: [...added, ...more], normalizer, pre_tokenizer });
  assert.ok(read.ok, read.ok ? '' : read.error.message);
  return read.value;
}

/** The same as a GGUF has it: a name in place of the cut. */
function loadNamed(pre: string): Tokenizer {
  const tokens = [...golden.vocab, ...literals];
  const types = tokens.map((_, id) => (id < golden.vocab.length ? 1 : 4));
  const told = { model: 'gpt2', pre, tokens, token_type: types, merges: golden.merges };
  const metadata = Object.fromEntries(Object.entries(told).map(([key, value]) => [`tokenizer.ggml.${key}`, value]));
  const read = loadTokenizer(tokenizerFromGguf(metadata, tokens.length).tokenizer);
  assert.ok(read.ok, read.ok ? '' : read.error.message);
  return read.value;
}

const hashOf = (ids: Int32Array) => createHash('sha256').update(ids.join(',')).digest('hex').slice(0, 8);

test('the 400 strings give different ids for each split pattern', () => {
  assert.equal(golden.strings.length, 400);
  const kinds = new Set(Object.values(golden.tokenizers).map(({ hashes }) => hashes));
  assert.equal(
    kinds.size,
    Object.keys(golden.tokenizers).length - 2,
    'smollm, starcoder and refact cut alike, no others',
  );
});

for (const [name, { normalizer, hashes }] of Object.entries(golden.tokenizers)) {
  test(`${name}, by its own file and by GGUF's name: ids are those of Hugging Face's tokenizers`, () => {
    const tokenizer = load(name);
    for (const each of [tokenizer, loadNamed(name)]) {
      const wrong = golden.strings.filter((text, i) => hashOf(each.encode(text)) !== hashes.slice(8 * i, 8 * i + 8));
      assert.deepEqual(wrong, []);
    }
    for (const text of golden.strings) {
      const back = tokenizer.decode(tokenizer.encode(text));
      assert.equal(back, normalizer === undefined ? text : text.normalize('NFC'));
    }
  });
}

test('a text of its own is one token; a mark in a text is none, whether or not the file calls it special', () => {
  const id = golden.vocab.length + literals.length;
  const tokenizer = load('smollm', [{ id, content: '<|x|>', special: false, ...plain }]);
  assert.deepEqual([...tokenizer.encode('字か')], [golden.vocab.length]);
  assert.equal(new TextDecoder().decode(tokenizer.bytesOf(golden.vocab.length)), '字か');
  assert.equal(tokenizer.special('<|x|>'), id);
  assert.ok(!tokenizer.encode('a<|x|>').includes(id));
});

test('a text of its own that would take blanks round it is refused', () => {
  const content = { id: golden.vocab.length + literals.length, content: 'x y', special: false, ...plain, lstrip: true };
  assert.throws(() => load('smollm', [content]), /takes the text round it/);
});
