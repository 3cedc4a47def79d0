// The quality measures that all reports use.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { editSimilarity, exactMatch, quantile } from '../../src/common/quality.ts';

test('exact match ignores white space only at both ends', () => {
  assert.equal(exactMatch('  a b ', 'a b'), true);
  assert.equal(exactMatch('a  b', 'a b'), false);
  assert.equal(exactMatch('', ' \n'), true);
});

test('edit similarity is one minus the normalised Levenshtein distance', () => {
  assert.equal(editSimilarity('kitten', 'sitting'), 1 - 3 / 7);
  assert.equal(editSimilarity('', ''), 1);
  assert.equal(editSimilarity('abc', ''), 0);
  assert.equal(editSimilarity(' same', 'same '), 1);
  assert.equal(editSimilarity('ab', 'ba'), 0);
});

test('edit similarity is symmetric', () => {
  const texts = ['return x;', 'return y.z;', '', 'for (const a of b) {', 'x'];
  for (const a of texts) for (const b of texts) assert.equal(editSimilarity(a, b), editSimilarity(b, a));
});

test('quantiles follow the nearest-rank rule', () => {
  assert.equal(quantile([3, 1, 2], 0.5), 2);
  assert.equal(quantile([1, 2, 3, 4], 0.5), 2);
  assert.equal(quantile([5], 0.95), 5);
  assert.equal(quantile([1, 2, 3], 1), 3);
  assert.equal(quantile([1, 2, 3], 0), 1);
  assert.ok(Number.isNaN(quantile([], 0.5)));
});
