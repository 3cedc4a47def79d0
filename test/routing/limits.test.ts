// The price of a call, and the thresholds under the circumstances of a request.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitsAt, MAX_DOUBT, priceOf, type RequestConditions } from '../../src/routing/limits.ts';

const settings = { balance: 0.4, threshold: 0.5, localFirst: false };
const at = (changes: Partial<RequestConditions> = {}, of = settings) => limitsAt(of, { isManual: false, ...changes });

test('the price falls as the balance rises, and is highest for an invalid balance', () => {
  assert.equal(priceOf(0), 1);
  assert.equal(priceOf(1), -1);
  assert.ok(Math.abs(priceOf(0.4) - 0.2) < 1e-12);
  assert.equal(priceOf(Number.NaN), 1);
  assert.equal(priceOf(7), -1);
  // A model that is as fast as usual changes nothing; a slow one is dearer, and the ends stay what they are.
  assert.equal(priceOf(0.4, 750), priceOf(0.4));
  assert.ok(priceOf(0.4, 150) < priceOf(0.4) && priceOf(0.4, 2_000) > priceOf(0.4));
  for (const waitMs of [0, 750, 1_500, 60_000]) {
    assert.deepEqual([priceOf(0, waitMs), priceOf(1, waitMs)], [1, -1]);
    for (let balance = 0.02; balance <= 1; balance += 0.02)
      assert.ok(priceOf(balance, waitMs) <= priceOf(balance - 0.02, waitMs) + 1e-12, `${balance}, ${waitMs} ms`);
  }
});

test('doubt and the editor’s list raise the threshold by at most 0.1 together, and prose needs more', () => {
  assert.equal(at().threshold, 0.5);
  assert.equal(at({ opensList: true }).threshold, 0.55);
  assert.ok(at({ doubt: 0.1 }).threshold > 0.5);
  assert.equal(at({ doubt: MAX_DOUBT }).threshold, 0.6);
  assert.equal(at({ doubt: MAX_DOUBT, opensList: true }).threshold, 0.6);
  assert.equal(at({ prose: true }).threshold, 0.75);
  assert.equal(at({ prose: true, opensList: true }, { ...settings, threshold: 0.9 }).threshold, 0.95);
  assert.equal(at({ prose: true, opensList: true }, { ...settings, threshold: 1 }).threshold, 1);
});

test('doubt raises the price, a rejection in the line lowers it, and neither changes always', () => {
  assert.ok(at({ doubt: MAX_DOUBT }).price > at().price);
  assert.equal(at({ rejectedHere: true }).price, 0);
  for (const circumstances of [{ doubt: MAX_DOUBT }, { rejectedHere: true }, { waitMs: 9_000 }])
    assert.equal(at(circumstances, { ...settings, balance: 1 }).price, -1);
});

test('a manual request has no threshold and no latency cost, and calls the likelier model', () => {
  const { price, threshold, lateThreshold } = at({ isManual: true, waitMs: 9_000, prose: true });
  assert.deepEqual([price, threshold, lateThreshold], [0, 0, 0.25]);
  assert.equal(at({ isManual: true }, { ...settings, balance: 1 }).price, -1);
});
