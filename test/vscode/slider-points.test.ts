// The slider's positions with cost and gain, from an adaptation's measurements.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RiskBound } from '../../src/routing/types.ts';
import { sliderPoints } from '../../src/vscode/panel/slider-points.ts';

const slider = [
  { balance: 0, apiShare: 0, right: 0.4 },
  { balance: 0.4, apiShare: 0.3, right: 0.5 },
  { balance: 1, apiShare: 1, right: 0.38 },
];

test('each position has its share of calls, its cost and its gain over the local model alone', () => {
  const points = sliderPoints({ slider }, undefined, (share) => share / 10);
  assert.deepEqual(
    points.map(({ share, usd, gain }) => [share, usd?.toFixed(2), gain?.toFixed(2)]),
    [
      [0, '0.00', '0.00'],
      [0.3, '0.03', '0.25'],
      [1, '0.10', '-0.05'],
    ],
  );
});

test('values that were not measured are absent', () => {
  assert.deepEqual(
    sliderPoints(undefined, undefined, () => 1),
    [],
  );
  assert.deepEqual(
    sliderPoints({}, undefined, () => 1),
    [],
  );
  const unasked = [{ balance: 0.4, apiShare: 0.3, right: undefined }];
  assert.deepEqual(
    sliderPoints({ slider: unasked }, undefined, () => undefined),
    [{ balance: 0.4, share: 0.3 }],
  );
});

test('measurements under another risk bound than the current one are not used', () => {
  const risk: RiskBound = { holding: 'sure', alpha: 0.02 };
  const usd = () => 1;
  assert.equal(sliderPoints({ slider, risk: { ...risk } }, risk, usd).length, 3);
  for (const set of [undefined, { ...risk, alpha: 0.05 }, { ...risk, holding: 'mean' as const }])
    assert.deepEqual(sliderPoints({ slider, risk }, set, usd), []);
  assert.deepEqual(sliderPoints({ slider }, risk, usd), []);
});
