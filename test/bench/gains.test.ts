// Compares two bases: differences with confidence intervals, and the gain in the package with replaced names.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gainFigures, type Pair } from '../../bench/base/gains.ts';
import type { Figures } from '../../bench/figures.ts';

const number = (figures: Figures, ...path: string[]): number =>
  path.reduce<Figures | number | string | undefined>((at, key) => (at as Figures)[key], figures) as number;

/**
 * `positions` positions in files of `each`. The reference is wrong at all of them, the new base is right at `right`.
 */
function pairs(kind: Pair['kind'], positions: number, right: number, each = 1): Pair[] {
  return Array.from({ length: positions }, (_, i) => ({
    cluster: `${kind} ${Math.floor(i / each)}`,
    kind,
    before: 0,
    after: Number(i < right),
  }));
}

test('a gain that vanishes in the renamed package is distinguished from one that is at least half as large', () => {
  const learned = gainFigures([...pairs('public', 400, 80), ...pairs('renamed', 120, 0)]);
  assert.equal(number(learned, 'public', 'gain'), 0.2);
  assert.ok(number(learned, 'public', 'low') > 0.15 && number(learned, 'public', 'high') < 0.25);
  assert.equal(number(learned, 'renamed', 'gain'), 0);
  assert.equal(number(learned, 'ratio'), 0);
  assert.ok(number(learned, 'above-half', 'high') < 0);
  const real = gainFigures([...pairs('public', 400, 80), ...pairs('renamed', 120, 26)]);
  assert.ok(number(real, 'ratio') > 1 && number(real, 'above-half', 'low') > 0);
  const actual = gainFigures(pairs('public', 10, 1)).renamed;
  assert.deepEqual(actual, {}, 'without a renamed package there are no figures for it');
});

test('the interval is computed over files, not over positions', () => {
  const width = (each: number) => {
    const figures = gainFigures(pairs('public', 120, 60, each));
    return number(figures, 'public', 'high') - number(figures, 'public', 'low');
  };
  assert.ok(width(12) > 2.5 * width(1), `${width(12)} and ${width(1)}`);
});
