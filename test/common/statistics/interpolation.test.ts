// The interpolation weight of two models is that of maximum likelihood, within bounds.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitInterpolation } from '../../../src/common/statistics/interpolation.ts';
import { uniforms } from '../../../src/common/statistics/random.ts';

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
