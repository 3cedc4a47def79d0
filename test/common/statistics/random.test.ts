// Seeded random numbers, whose streams must not change; bootstrap intervals; and a race of arms on the same items.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interval } from '../../../src/common/statistics/bootstrap.ts';
import { race } from '../../../src/common/statistics/race.ts';
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

const arms = ['cheap', 'dear'] as const;
const rules = { most: 100, minGain: 0.01, littleLost: 0.05 };
/** @param lost every so many items, for each arm */
const items = (count: number, lostBy: Readonly<Record<(typeof arms)[number], number>>) =>
  Array.from({ length: count }, (_, i) => ({
    cheap: Number((i + 1) % lostBy.cheap !== 0),
    dear: Number((i + 1) % lostBy.dear !== 0),
  }));

test('the arm that wins more items than chance explains ends the race', () => {
  const early = race(arms, items(4, { cheap: 2, dear: 99 }), rules);
  assert.deepEqual([early.winner, early.open], ['dear', ['cheap', 'dear']]);
  const late = race(arms, items(20, { cheap: 2, dear: 99 }), rules);
  assert.deepEqual([late.winner, late.open], ['dear', []]);
  assert.deepEqual([late.gain.items, late.gain.first, late.gain.gain], [20, 0.5, 0.5]);
  assert.ok(late.gain.low > 0);
});

test('the first arm wins where it loses little, where no arm is better, and before anything was tried', () => {
  assert.deepEqual(race(arms, items(20, { cheap: 99, dear: 99 }), rules).open, []);
  assert.equal(race(arms, items(100, { cheap: 5, dear: 4 }), rules).winner, 'cheap');
  assert.deepEqual(race(arms, [], rules).open, ['cheap', 'dear']);
  assert.equal(race(arms, [], rules).winner, 'cheap');
});

test('items on which the first arm was tried no more do not count as won by it', () => {
  const tried = items(20, { cheap: 2, dear: 3 });
  const alone = items(80, { cheap: 2, dear: 3 }).map(({ dear }) => ({ dear }));
  const { winner, gain } = race(arms, [...tried, ...alone], rules);
  assert.deepEqual([winner, gain.items, gain.first], ['dear', 20, 0.5]);
});
