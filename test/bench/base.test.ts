// Windows of the benchmark score every token once with enough context. Checks also the choice of files and the figures.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { windowsOf } from '../../bench/base/windows.ts';
import { chooseFiles } from '../../bench/common/held-out.ts';
import { type Line, lineFigures } from '../../bench/common/line-figures.ts';

test('every token of a text is scored once, with at least half a window or the whole text before it', () => {
  for (const [count, room] of [
    [0, 10],
    [1, 10],
    [10, 10],
    [11, 10],
    [15, 10],
    [999, 101],
    [5000, 1000],
  ] as const) {
    const times = new Array<number>(count).fill(0);
    for (const { start, from, end } of windowsOf(count, room)) {
      assert.ok(end - start <= room, 'a window fits');
      for (let at = from; at < end; at++) {
        times[at] = (times[at] as number) + 1;
        assert.ok(start === 0 || at - start >= Math.floor(room / 2), `token ${at} of ${count} sees enough`);
      }
    }
    assert.deepEqual(times, new Array<number>(count).fill(1));
  }
});

test('the choice of files is seeded, has whole files, and takes similar amounts from each package', () => {
  const file = (name: string, i: number, length: number) => ({
    package: name,
    path: `${i}.ts`,
    text: 'x'.repeat(length),
  });
  const files = [
    ...Array.from({ length: 300 }, (_, i) => file('large', i, 3000)),
    ...Array.from({ length: 40 }, (_, i) => file('small', i, 500)),
    file('large', 999, 300_000),
  ];
  const chosen = chooseFiles(files, 30_000, 1);
  const charactersOf = (name: string) =>
    chosen.filter((one) => one.package === name).reduce((sum, one) => sum + one.text.length, 0);
  assert.ok(
    Math.abs(charactersOf('large') - charactersOf('small')) <= 3000,
    `${charactersOf('large')} and ${charactersOf('small')}`,
  );
  assert.ok(charactersOf('large') + charactersOf('small') >= 30_000);
  assert.equal(new Set(chosen).size, chosen.length);
  assert.deepEqual(chooseFiles(files, 30_000, 1), chosen);
  assert.notDeepEqual(chooseFiles(files, 30_000, 2), chosen);
  // If there is less text than wanted, all files are chosen.
  assert.equal(chooseFiles([file('a', 1, 500), file('a', 2, 500)], 30_000, 1).length, 2);
});

test('an empty line is neither right nor confident', () => {
  const position = { path: 'a.ts', prefix: '', suffix: '', truth: 'x();', written: 'y();', completion: 'y();' };
  const line = (text: string, lowest: number): Line => ({
    position,
    text,
    lowest,
    confidence: undefined,
    latencyMs: 1,
  });
  const figures = lineFigures([line('', 1), line('x();', 0.9), line('z', 0.2), line('z', 0.1)]);
  assert.equal(figures['exact-match'], 0.25);
  assert.equal(figures['right-where-large-model-is-wrong'], 0.25);
  assert.equal(figures.precision, undefined);
  const precision = figures['precision-by-lowest-token'] as Record<string, number>;
  assert.deepEqual([precision['at-10'], precision['at-50']], [1, 0.5]);
});
