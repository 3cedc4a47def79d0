// The slider's positions with cost and gain, from an adaptation's measurements.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sliderPoints } from '../../src/vscode/panel/slider-points.ts';

const slider = [
  { balance: 0.05, apiShare: 0, right: 0.4 },
  { balance: 0.4, apiShare: 0.3, right: 0.5 },
  { balance: 1, apiShare: 1, right: 0.38 },
];

test('each position has its share of calls, its cost and its gain over the local model alone', () => {
  const local = { places: 100, exactMatch: 0.4 };
  const api = { compared: { specialist: local, api: local, together: local, calls: 0.5 } };
  const points = sliderPoints({ slider, api }, (share) => share / 10);
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
    sliderPoints(undefined, () => 1),
    [],
  );
  assert.deepEqual(
    sliderPoints({}, () => 1),
    [],
  );
  const unasked = [{ balance: 0.4, apiShare: 0.3, right: undefined }];
  assert.deepEqual(
    sliderPoints({ slider: unasked }, () => undefined),
    [{ balance: 0.4, share: 0.3 }],
  );
});
