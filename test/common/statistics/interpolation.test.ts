// One weight for two models: that of maximum likelihood, within bounds.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interpolated } from '../../../src/common/statistics/interpolation.ts';
import { uniforms } from '../../../src/common/statistics/random.ts';

const random = uniforms(7);
const first = Array.from({ length: 400 }, () => random());
const second = Array.from({ length: 400 }, () => random());
const weights = Array.from({ length: 400 }, () => 0.5 + random());

test('no other weight predicts better', () => {
  const { share, loss } = interpolated({ first, second, weights });
  const at = (of: number) => {
    const all = weights.reduce((sum, weight) => sum + weight, 0);
    return (
      weights.reduce(
        (sum, weight, i) => sum - weight * Math.log(of * (first[i] as number) + (1 - of) * (second[i] as number)),
        0,
      ) / all
    );
  };
  assert.ok(Math.abs(at(share) - loss) < 1e-9);
  for (const other of [0.02, 0.2, 0.4, 0.6, 0.8, 0.98, share - 0.03, share + 0.03])
    assert.ok(at(other) > loss - 1e-9, `${other}`);
});

test('an uninformative model gets a weight of one or two percent, also if its probabilities are 0', () => {
  const nothing = first.map(() => 0);
  const { share, loss } = interpolated({ first, second: nothing, weights });
  assert.ok(Math.abs(share - 0.98) < 1e-9);
  assert.ok(Number.isFinite(loss));
  assert.deepEqual(interpolated({ first: [], second: [], weights: [] }), { share: 0.5, loss: 0 });
});
