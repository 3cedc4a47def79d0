// What the list of models says before a download: memory, and a speed only where one was measured.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offerOf } from '../../../src/vscode/bases/offer.ts';

const machine = { free: 8e9, ceiling: 9e9, timed: [] };

test('names the memory that serving takes, and whether it is free and allowed', () => {
  const offer = offerOf(1.1e9, machine);
  assert.ok(offer.needs > 1.1e9 && offer.needs < 2.2e9);
  assert.equal(offer.fits, true);
  assert.equal(offerOf(1.1e9, { ...machine, free: 1e9 }).fits, false);
  assert.equal(offerOf(4.7e9, { ...machine, ceiling: 3e9 }).fits, false);
});

test('expects no speed before a model of this kind was measured here', () => {
  assert.deepEqual([offerOf(1.1e9, machine).lineMs, offerOf(1.1e9, machine).isFast], [undefined, false]);
});

test('expects a time in proportion to the bytes, by the measured model of the nearest size', () => {
  const timed = [
    { bytes: 0.5e9, lineMs: 120 },
    { bytes: 2e9, lineMs: 380 },
  ];
  assert.equal(offerOf(4e9, { ...machine, timed }).lineMs, 760);
  const small = offerOf(1e9 / 2, { ...machine, timed });
  assert.deepEqual([small.lineMs, small.isFast], [120, true]);
  assert.equal(offerOf(2e9, { ...machine, timed }).isFast, false);
});
