// Out-of-fold estimates, whose folds share no file; and the interpolation weight of two models.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitEstimate } from '../../../src/common/statistics/estimate.ts';
import { splitByFile } from '../../../src/common/statistics/folds.ts';
import { uniforms } from '../../../src/common/statistics/random.ts';
import { fitInterpolation } from '../../../src/neural/training/validation.ts';

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

const random = uniforms(7);
const first = Array.from({ length: 400 }, () => random());
const second = Array.from({ length: 400 }, () => random());
const weights = Array.from({ length: 400 }, () => 0.5 + random());

test('no other weight predicts better', () => {
  const { share, loss } = fitInterpolation({ first, second, weights });
  const lossAt = (w: number) => {
    const losses = weights.map(
      (weight, i) => -weight * Math.log(w * (first[i] as number) + (1 - w) * (second[i] as number)),
    );
    return losses.reduce((sum, each) => sum + each) / weights.reduce((sum, weight) => sum + weight);
  };
  assert.ok(Math.abs(lossAt(share) - loss) < 1e-9);
  for (const other of [0.02, 0.2, 0.4, 0.6, 0.8, 0.98, share - 0.03, share + 0.03])
    assert.ok(lossAt(other) > loss - 1e-9, `${other}`);
});

test('a model whose probabilities are all 0 gets a weight of two percent', () => {
  const zeros = first.map(() => 0);
  const { share, loss } = fitInterpolation({ first, second: zeros, weights });
  assert.ok(Math.abs(share - 0.98) < 1e-9);
  assert.ok(Number.isFinite(loss));
  assert.deepEqual(fitInterpolation({ first: [], second: [], weights: [] }), { share: 0.5, loss: 0 });
});
