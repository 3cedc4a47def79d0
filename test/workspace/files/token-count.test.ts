// The estimate that limits a harvest, beside the tokenizer that ships.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../../build/paths.ts';
import { uniforms } from '../../../src/common/statistics/random.ts';
import { readTokenizer } from '../../../src/text/tokenizer/load.ts';
import { estimatedTokens } from '../../../src/workspace/files/token-count.ts';

const read = readTokenizer(join(root, 'models/small/tokenizer.json'));
assert.ok(read.ok);
const tokenizer = read.value;
const random = uniforms(5);
const of = (characters: string, length = 40_000) =>
  Array.from({ length }, () => characters[Math.floor(random() * characters.length)]).join('');
const lower = 'abcdefghijklmnopqrstuvwxyz';

const source = readdirSync(join(root, 'src/workspace/files'))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join(root, 'src/workspace/files', name), 'utf8'))
  .join('\n');

const texts: Readonly<Record<string, string>> = {
  'source text': source,
  'prose and Markdown': readFileSync(join(root, 'README.md'), 'utf8'),
  JSON: readFileSync(join(root, 'package.json'), 'utf8'),
  base64: of(`${lower}${lower.toUpperCase()}0123456789+/`),
  hex: of('0123456789abcdef'),
  'letters that are no words': of(lower),
  digits: of('0123456789'),
  signs: of('!#$%&()*+,-./:;<=>?@[]^_{|}~'),
  ideographs: of('漢字仮名交文章読書説明文件使用方法変更内容'),
  Cyrillic: of('абвгдежзийклмнопрстуфхцчшщъыьэюя '),
};

for (const [name, text] of Object.entries(texts)) {
  test(`estimates the tokens of ${name}`, () => {
    const ratio = estimatedTokens(text) / tokenizer.encode(text).length;
    assert.ok(ratio > 0.8 && ratio < 1.4, `${ratio.toFixed(2)} of the tokens`);
  });
}
