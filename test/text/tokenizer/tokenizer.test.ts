// The tokenizer is lossless, equals the reference implementation, and names what it cannot use in a file.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Tokenizer as Reference } from '@huggingface/tokenizers';
import type { Tokenizer } from '../../../src/text/tokenizer/bpe.ts';
import { loadTokenizer } from '../../../src/text/tokenizer/load.ts';
import { trainTokenizer } from './fixture.ts';

const root = join(import.meta.dirname, '../../..');
const shippedJson = () => JSON.parse(readFileSync(join(root, 'models/small/tokenizer.json'), 'utf8'));
const sample = readFileSync(join(root, 'src/text/tokenizer/bpe.ts'), 'utf8');
const fixture = trainTokenizer(sample, 400);

function load(json: unknown): Tokenizer {
  const loaded = loadTokenizer(json);
  assert.ok(loaded.ok, loaded.ok ? '' : loaded.error.message);
  return loaded.value;
}

const shipped = load(shippedJson());
const small = load(fixture);

const unusualTexts = [
  '',
  ' ',
  '\n\n\n    x',
  'a\r\n\tb\r\n',
  '\u{1f600}\u{1f468}\u200d\u{1f469}\u200d\u{1f467} é ü ß 漢字かな',
  '\ufeffconst x = 1;',
  'constructor __proto__ toString hasOwnProperty',
  '<|file|><|end|>',
  '\0\u0001\u007f\u0085\u2028\u2029\ufffd',
  '====>>>>----____####',
  'camelCaseNAMEAndHTTPServer42_snake_case',
  `${' '.repeat(300)}x${'\t'.repeat(200)}`,
  'e\u0301\u0302\u0303',
];

for (const [name, tokenizer] of [
  ['shipped', shipped],
  ['fixture', small],
] as const) {
  test(`${name}: decode(encode(text)) is text`, () => {
    for (const text of [...unusualTexts, sample]) assert.equal(tokenizer.decode(tokenizer.encode(text)), text);
  });
}

test('ids equal those of the golden file', () => {
  const golden = readFileSync(join(root, 'test/golden/tokenizer.json'), 'utf8');
  const cases = JSON.parse(golden) as { text: string; ids: number[] }[];
  assert.ok(cases.length > 100);
  for (const { text, ids } of cases) assert.deepEqual([...shipped.encode(text)], ids, JSON.stringify(text));
});

test('ids equal those of @huggingface/tokenizers', () => {
  const reference = new Reference(shippedJson(), {});
  for (const text of [...unusualTexts.filter((text) => text !== '<|file|><|end|>'), sample]) {
    const { ids } = reference.encode(text, { add_special_tokens: false });
    assert.deepEqual([...shipped.encode(text)], ids, JSON.stringify(text.slice(0, 60)));
  }
});

test('a lone surrogate becomes U+FFFD and leaves the text around it unchanged', () => {
  for (const text of ['a\ud800b', '\udc00', 'x = "\ud83d"; y']) {
    for (let again = 0; again < 2; again++) {
      assert.equal(shipped.decode(shipped.encode(text)), text.toWellFormed());
    }
  }
});

test('a special token spelled in a text is plain text', () => {
  const id = shipped.special('<|file|>');
  assert.equal(id, 2);
  assert.ok(!shipped.encode('<|file|>').includes(id as number));
  assert.equal(shipped.special('<|nothing|>'), undefined);
  assert.equal(shipped.bytesOf(id as number).length, 0);
});

test('a word of a megabyte is encoded without loss', () => {
  const text = 'QUJD'.repeat(250_000);
  assert.equal(small.decode(small.encode(text)), text);
});

test('a cached word gets the same ids as on its first encoding', () => {
  const words = Array.from({ length: 3000 }, (_, i) => `w${i.toString(36)}x`);
  const once = words.map((word) => [...small.encode(word)]);
  const other = load(fixture);
  for (const [i, word] of [...words.entries()].reverse()) {
    assert.deepEqual([...small.encode(word)], once[i]);
    assert.deepEqual([...other.encode(word)], once[i]);
  }
});

test('idsStartingWith finds exactly the tokens with those first bytes', () => {
  const utf8 = new TextEncoder();
  for (const prefix of ['', ' ', ' re', 'con', '\n  ', 'zzzzzz', '(']) {
    const bytes = utf8.encode(prefix);
    const expected: number[] = [];
    for (let id = 0; id < shipped.vocabularySize; id++) {
      const spelled = shipped.bytesOf(id);
      if (spelled.length > 0 && bytes.every((byte, i) => spelled[i] === byte)) expected.push(id);
    }
    const actual = [...shipped.idsStartingWith(bytes)].sort((a, b) => a - b);
    assert.deepEqual(actual, expected);
  }
});

const split = (Regex: string) => ({ type: 'Split', pattern: { Regex } });
const megabyte = 'x('.repeat(500_000);

const malformed: readonly [string, (json: ReturnType<typeof trainTokenizer>) => unknown][] = [
  ['the file is not an object', () => 'text'],
  ['model is not an object', (json) => ({ ...json, model: undefined })],
  ['is not a token id', (json) => ({ ...json, model: { ...json.model, vocab: { a: 'x' } } })],
  ['holes', (json) => ({ ...json, model: { ...json.model, vocab: { ...json.model.vocab, zz: 99_999 } } })],
  [
    'not spelled in the byte alphabet',
    (json) => ({ ...json, model: { ...json.model, vocab: { ...json.model.vocab, 漢: 399 } } }),
  ],
  ['merge 0 names a token', (json) => ({ ...json, model: { ...json.model, merges: [['qqq', 'a']] } })],
  ['pre_tokenizer is not an object', (json) => ({ ...json, pre_tokenizer: null })],
  ['is not supported here', (json) => ({ ...json, pre_tokenizer: { type: 'Metaspace' } })],
  ['an unsupported pattern', (json) => ({ ...json, pre_tokenizer: split('(?:q+q+)+Z') })],
  ["'x(x(", (json) => ({ ...json, pre_tokenizer: split(megabyte) })],
  ["'x(x(", (json) => ({ ...json, pre_tokenizer: { type: megabyte } })],
  ["'漢漢", (json) => ({ ...json, model: { ...json.model, vocab: { ...json.model.vocab, ['漢'.repeat(1e6)]: 399 } } })],
];

for (const [message, corrupt] of malformed) {
  test(`a malformed file is refused: ${message}`, () => {
    const loaded = loadTokenizer(corrupt(structuredClone(fixture)));
    assert.ok(!loaded.ok);
    assert.equal(loaded.error.code, 'corrupt');
    assert.ok(loaded.error.message.length < 1000, `a message of ${loaded.error.message.length} characters`);
    assert.ok(loaded.error.message.includes(message), loaded.error.message);
  });
}
