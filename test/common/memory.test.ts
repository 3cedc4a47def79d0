// The memory limit: from the setting, or from the machine; and the memory that is available now.
import assert from 'node:assert/strict';
import { totalmem } from 'node:os';
import { test } from 'node:test';
import { availableMemory, memoryCeiling } from '../../src/common/memory.ts';

test("the memory limit is the setting, or two fifths of the machine's memory and at least 3 GB", () => {
  assert.equal(memoryCeiling(5, 64e9), 5e9);
  assert.equal(memoryCeiling(0, 24e9), 9.6e9);
  assert.equal(memoryCeiling(0, 4e9), 3e9);
  assert.ok(memoryCeiling(0) >= 3e9);
});

test('the available memory is what the system reports, within the container; at least a quarter of a Mac', () => {
  assert.equal(availableMemory('linux', 0.2e9, 16e9), 0.2e9);
  assert.equal(availableMemory('linux', 30e9, 8e9), 8e9);
  assert.equal(availableMemory('darwin', 0.2e9, 16e9), 4e9);
  assert.equal(availableMemory('darwin', 9e9, 16e9), 9e9);
  const now = availableMemory();
  assert.ok(now > 0 && now <= totalmem(), `${now} bytes`);
});
