// Tokenizers of other models give the same ids as Hugging Face's Rust library on 400 unusual strings.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { tokenizerFromGguf } from '../../../src/neural/models/import/gguf.ts';
import type { Tokenizer } from '../../../src/text/tokenizer/bpe.ts';
import { loadTokenizer } from '../../../src/text/tokenizer/load.ts';

interface Golden {
  readonly vocab: readonly string[];
  readonly merges: readonly string[];
  /** Texts that are one token wherever they occur. The last is not added as a token: it is split like any text. */
  readonly literals: readonly string[];
  readonly strings: readonly string[];
  readonly tokenizers: Readonly<Record<string, { normalizer?: unknown; hashes: string }>>;
}

/** test/golden/tokenizers/make.py writes it. */
const golden: Golden = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../golden/tokenizers/golden.json'), 'utf8'),
);
const literals = golden.literals.slice(0, 2);

/**
 * A tokenizer from GGUF metadata, which name the split pattern. @param others tokens that are texts, as the file says
 */
function load(pre: string, ...others: readonly string[]): Tokenizer {
  const tokens = [...golden.vocab, ...literals, ...others];
  const types = tokens.map((_, id) => (id < golden.vocab.length ? 1 : 4));
  const fields = { model: 'gpt2', pre, tokens, token_type: types, merges: golden.merges };
  const metadata = Object.fromEntries(Object.entries(fields).map(([key, value]) => [`tokenizer.ggml.${key}`, value]));
  const read = loadTokenizer(tokenizerFromGguf(metadata, tokens.length).tokenizer);
  assert.ok(read.ok, read.ok ? '' : read.error.message);
  return read.value;
}

const hashOf = (ids: Int32Array) => createHash('sha256').update(ids.join(',')).digest('hex').slice(0, 8);

for (const [name, { normalizer, hashes }] of Object.entries(golden.tokenizers)) {
  test(`${name}: a GGUF file gives the ids of Hugging Face's library`, () => {
    const tokenizer = load(name);
    const wrong = golden.strings.filter((text, i) => hashOf(tokenizer.encode(text)) !== hashes.slice(8 * i, 8 * i + 8));
    assert.deepEqual(wrong, []);
    for (const text of golden.strings) {
      const decoded = tokenizer.decode(tokenizer.encode(text));
      assert.equal(decoded, normalizer === undefined ? text : text.normalize('NFC'));
    }
  });
}

test('an added text is one token; a token in angle brackets is special even if the file denies it', () => {
  const id = golden.vocab.length + literals.length;
  const tokenizer = load('smollm', '<|x|>');
  assert.deepEqual([...tokenizer.encode('字か')], [golden.vocab.length]);
  assert.equal(new TextDecoder().decode(tokenizer.bytesOf(golden.vocab.length)), '字か');
  assert.equal(tokenizer.special('<|x|>'), id);
  assert.ok(!tokenizer.encode('a<|x|>').includes(id));
});
