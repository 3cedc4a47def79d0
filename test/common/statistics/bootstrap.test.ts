// Bootstrap intervals are neither too narrow nor too wide.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interval } from '../../../src/common/statistics/bootstrap.ts';
import { uniforms } from '../../../src/common/statistics/random.ts';

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
