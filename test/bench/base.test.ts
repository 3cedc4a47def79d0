// The figures of lines at recorded cursors.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Line, lineFigures } from '../../bench/common/line-figures.ts';

test('an empty line is neither right nor confident', () => {
  const position = { path: 'a.ts', prefix: '', suffix: '', truth: 'x();', written: 'y();', completion: 'y();' };
  const line = (text: string, lowest: number): Line => ({
    position,
    text,
    lowest,
    confidence: 0,
    latencyMs: 1,
  });
  const figures = lineFigures([line('', 1), line('x();', 0.9), line('z', 0.2), line('z', 0.1)]);
  assert.equal(figures['exact-match'], 0.25);
  assert.equal(figures['right-where-large-model-is-wrong'], 0.25);
  const precision = figures['precision-by-lowest-token'] as Record<string, number>;
  assert.deepEqual([precision['at-10'], precision['at-50']], [1, 0.5]);
});
