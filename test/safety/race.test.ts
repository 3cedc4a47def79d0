// No file outside is harvested while folders are swapped for links. test/workspace/files/race.test.ts tests every
// moment of one read.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { race } from './race.ts';

for (const byPath of [false, true])
  test(`harvests nothing outside while folders are swapped${byPath ? ', without folder handles' : ''}`, async () => {
    const { outside, harvests, swaps, read } = await race(15, byPath);
    assert.equal(outside, 0);
    assert.ok(harvests >= 15 && swaps >= 150 && read > 0);
  });
