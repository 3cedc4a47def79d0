// Nothing outside is harvested while folders are swapped for links. Every moment of one read: test/workspace/files/race.test.ts; long: bench/safety/race.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { race } from './race.ts';

for (const byPath of [false, true])
  test(`harvests nothing outside while folders are swapped${byPath ? ', by path' : ''}`, async () => {
    const { outside, harvests, swaps, read } = await race(15, byPath);
    assert.equal(outside, 0);
    assert.ok(harvests >= 15 && swaps >= 150 && read > 0);
  });
