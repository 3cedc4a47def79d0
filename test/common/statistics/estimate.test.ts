// Out-of-fold estimates, whose folds share no file.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitEstimate } from '../../../src/common/statistics/estimate.ts';
import { splitByFile } from '../../../src/common/statistics/folds.ts';
import { uniforms } from '../../../src/common/statistics/random.ts';

test('folds are disjoint by file, cover every row once and have similar sizes', () => {
  const uniform = uniforms(3);
  const rows = Array.from({ length: 200 }, () => ({ path: `${Math.floor(13 * uniform())}.ts` }));
  const folds = splitByFile(rows);
  assert.equal(folds.length, 5);
  assert.equal(folds.flatMap((f) => f.heldOut).length, 200);
  assert.equal(new Set(folds.flatMap((f) => f.heldOut)).size, 200);
  for (const { heldOut, rest } of folds) {
    assert.equal(heldOut.length + rest.length, 200);
    const trainingFiles = new Set(rest.map((r) => r.path));
    assert.ok(heldOut.every((r) => !trainingFiles.has(r.path)));
    assert.ok(heldOut.length > 20 && heldOut.length < 60);
  }
});

test('an estimate from rows of one file changes only the intercept', () => {
  const rows = Array.from({ length: 50 }, (_, i) => ({
    path: 'a.ts',
    values: Float64Array.of(i % 2),
    prior: 0,
    label: i % 2,
  }));
  const { model } = fitEstimate(rows);
  assert.ok(Math.abs(model?.weights[0] ?? 1) < 0.05);
});
