// The baseline compares only figures that do not depend on the machine, and compares them exactly.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deterministic, differences } from '../../bench/baseline/main.ts';

const figures = {
  places: 439,
  'latency-p50-ms': 2.2,
  'tokens-per-second': 1000,
  'peak-memory-mb': 200,
  packages: { 'convex@1.48.0': { 'exact-match': 0.25, 'index-ms': 30 } },
};

test('times, rates and memory are left out at every depth', () => {
  assert.deepEqual(deterministic(figures), { places: 439, packages: { 'convex@1.48.0': { 'exact-match': 0.25 } } });
});

test('changed, added and removed figures are found; equal ones are not', () => {
  const now = { places: 439, rows: { a: 0.1 + 0.2, b: 'text', c: 1 } };
  const before = { places: 439, rows: { a: 0.3, b: 'text', d: 1 } };
  assert.deepEqual(differences(before, now), {
    compared: 5,
    found: [
      { figure: 'rows / a', before: 0.3, now: 0.1 + 0.2 },
      { figure: 'rows / d', before: 1, now: undefined },
      { figure: 'rows / c', before: undefined, now: 1 },
    ],
  });
  assert.deepEqual(differences(now, structuredClone(now)).found, []);
});
