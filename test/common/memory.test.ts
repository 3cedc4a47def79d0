// The memory limit: from the setting, or from the machine.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryCeiling } from '../../src/common/memory.ts';

test("the memory limit is the setting, or two fifths of the machine's memory and at least 3 GB", () => {
  assert.equal(memoryCeiling(5, 64e9), 5e9);
  assert.equal(memoryCeiling(0, 24e9), 9.6e9);
  assert.equal(memoryCeiling(0, 4e9), 3e9);
  assert.ok(memoryCeiling(0) >= 3e9);
});
