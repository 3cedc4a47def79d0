// A race of arms on the same items ends when one is better, or when nothing is to be gained over the first.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { race } from '../../../src/common/statistics/race.ts';

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
