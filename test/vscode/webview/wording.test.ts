// The formats of the panel's numbers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shortModel } from '../../../src/vscode/webview/protocol.ts';
import { flatten, placesLeft, Words } from '../../../src/vscode/webview/wording.ts';

const words = new Words('en');

test('latencies and money have few but sufficient digits', () => {
  const actual = [undefined, Number.NaN, 0.4, 4.4, 640, 1240].map((ms) => words.latency(ms));
  assert.deepEqual(actual, ['–', '–', '<1 ms', '4 ms', '640 ms', '1.2 s']);
  const found = [0, 0.00001, 0.00042, 0.0123, 1.5].map((usd) => words.money(usd));
  assert.deepEqual(found, ['$0', '<$0.0001', '$0.0004', '$0.012', '$1.50']);
});

test('the last place is said only if no other is left out', () => {
  assert.equal(placesLeft(words, 1), 'One more place found');
  const unsure = { count: 1200, paths: ['a.ts', 'b.ts', 'c.ts', 'd.ts'] };
  assert.equal(placesLeft(words, 2, unsure), '2 more places found; 1,200 like it left out, in a.ts, b.ts, c.ts, ...');
});

test('a malformed locale falls back to English', () => {
  assert.equal(new Words('no such locale').count(1234), '1,234');
});

test('a text is put on one line, and a model name loses provider and date', () => {
  assert.equal(flatten('a {\n    b;\n\tc'), 'a { ⏎ b; ⏎ c');
  assert.equal(shortModel('claude-haiku-4-5-20251001'), 'haiku-4-5');
  assert.deepEqual(['n-gram', 'adapted + n-gram'].map(shortModel), ['index', 'adapted']);
  assert.deepEqual(['rename of `total`', 'quick fix: Add import'].map(shortModel), ['rename', 'quick fix']);
  assert.equal(shortModel('/models/qwen2.5-coder-0.5b-q4.gguf'), 'qwen2.5-coder-0.5b-q4.gguf');
});
