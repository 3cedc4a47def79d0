// The formats of the panel's numbers, and its texts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shortModel } from '../../../src/vscode/webview/protocol.ts';
import { flatten, Words } from '../../../src/vscode/webview/wording.ts';

const words = new Words({ counts: '{0} local, {1} API', again: '{0} and {0}' }, 'en');

test('texts are filled in; an unknown key is shown as it is', () => {
  assert.equal(words.t('counts', 3, 'no'), '3 local, no API');
  assert.equal(words.t('again', 'x'), 'x and x');
  assert.equal(words.t('counts', 3), '3 local, {1} API');
  assert.equal(words.t('missing'), 'missing');
});

test('latencies and money have few but sufficient digits', () => {
  assert.deepEqual(
    [undefined, Number.NaN, 0.4, 4.4, 640, 1240].map((ms) => words.latency(ms)),
    ['–', '–', '<1 ms', '4 ms', '640 ms', '1.2 s'],
  );
  assert.deepEqual(
    [0, 0.00001, 0.00042, 0.0123, 1.5].map((usd) => words.money(usd)),
    ['$0', '<$0.0001', '$0.0004', '$0.012', '$1.50'],
  );
  assert.equal(words.value(17), '17');
  assert.equal(words.value(0.12345), '0.123');
});

test('a malformed locale falls back to English', () => {
  assert.equal(new Words({}, 'no such locale').count(1234), '1,234');
});

test('a text is put on one line, and a model name loses provider and date', () => {
  assert.equal(flatten('a {\n    b;\n\tc'), 'a { ⏎ b; ⏎ c');
  assert.equal(shortModel('claude-haiku-4-5-20251001'), 'haiku-4-5');
  assert.deepEqual(['n-gram', 'adapted + n-gram'].map(shortModel), ['index', 'adapted']);
});

test('a count of one has its own text', () => {
  const words = new Words({ leftOut: '{0} files left out', 'leftOut.one': 'One file left out' }, 'en');
  assert.deepEqual(
    [words.counted('leftOut', 1), words.counted('leftOut', 1200)],
    ['One file left out', '1,200 files left out'],
  );
});
