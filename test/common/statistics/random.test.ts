// Seeded random numbers, whose streams must not change because stored figures depend on them; bootstrap intervals.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interval } from '../../../src/common/statistics/bootstrap.ts';
import { normals, shuffled, uniforms } from '../../../src/common/statistics/random.ts';

test('streams equal those of mulberry32 for any integer seed', () => {
  const uniform = uniforms(1);
  assert.deepEqual([uniform(), uniform(), uniform()], [0.6270739405881613, 0.002735721180215478, 0.5274470399599522]);
  assert.equal(uniforms(2 ** 32 - 1)(), uniforms(-1)());
  assert.deepEqual(shuffled(8, 7), [4, 6, 1, 2, 3, 5, 7, 0]);
});

test('uniform and normal numbers have the expected distributions', () => {
  const moments = (next: () => number) => {
    const values = Array.from({ length: 20_000 }, next);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return [mean, values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length] as const;
  };
  const [half, twelfth] = moments(uniforms(5));
  assert.ok(Math.abs(half - 1 / 2) < 0.01 && Math.abs(twelfth - 1 / 12) < 0.005, `${half} ${twelfth}`);
  const [zero, one] = moments(normals(5));
  assert.ok(Math.abs(zero) < 0.03 && Math.abs(one - 1) < 0.05, `${zero} ${one}`);
});

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

test('a 95 % interval contains the true mean in about 95 % of the draws', () => {
  const uniform = uniforms(3);
  let containing = 0;
  for (let run = 0; run < 100; run++) {
    const values = Array.from({ length: 60 }, () => Number(uniform() < 0.3));
    const { low, high } = interval([values], ([drawn = []]) => mean(drawn), run);
    containing += Number(low <= 0.3 && 0.3 <= high);
  }
  assert.ok(containing >= 88 && containing < 100, `${containing} of 100`);
});
