// The stored timings of base models.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  llamaOptions,
  llamaThreadCount,
  readTimings,
  storeTiming,
  timingKey,
} from '../../../src/specialist/engine/timings.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const storage = temporaryFolder();
const measured = { lineMs: 62, promptMs: 340, at: 1 };

test('timings are stored by model, engine, threads and processor', () => {
  assert.equal(readTimings(storage).size, 0);
  const keys = [
    timingKey('a'.repeat(64), 'own', 2, 'Zen'),
    timingKey('b'.repeat(64), 'own', 2, 'Zen'),
    timingKey('a'.repeat(64), 'gguf', 2, 'Zen'),
    timingKey('a'.repeat(64), 'own', 3, 'Zen'),
    timingKey('a'.repeat(64), 'own', 2, 'Core'),
  ];
  assert.equal(new Set(keys).size, keys.length);
  for (const [i, key] of keys.entries()) storeTiming(storage, key, { ...measured, at: i + 1 });
  assert.deepEqual([...readTimings(storage).keys()].sort(), [...keys].sort());
  assert.equal(timingKey('a', 'own', 2), timingKey('a', 'own', 2));
  for (let i = 0; i < 30; i++) storeTiming(storage, `more ${i}`, { ...measured, at: 100 + i });
  assert.ok(readTimings(storage).size <= 20);
  assert.ok(readTimings(storage).has('more 29'));
});

test('a damaged file or one of another version reads as empty, and invalid rows are skipped', () => {
  const file = join(storage, 'timings.json');
  for (const text of ['', '{', '[]', 'null', '{"version":2,"rows":{}}', '{"version":1}', '{"version":1,"rows":3}']) {
    writeFileSync(file, text);
    assert.equal(readTimings(storage).size, 0, text);
  }
  const rows = { good: measured, bad: { ...measured, lineMs: -1 }, none: null, text: 'x' };
  writeFileSync(file, JSON.stringify({ version: 1, rows }));
  assert.deepEqual([...readTimings(storage)], [['good', measured]]);
  storeTiming(storage, 'new', measured);
  assert.match(readFileSync(file, 'utf8'), /"new"/);
});

test('llama.cpp leaves one core to others unless the setting names a number', () => {
  const automatic = [1, 2, 3, 8].map((cores) => llamaThreadCount('auto', cores));
  assert.deepEqual(automatic, [1, 1, 2, 7]);
  assert.deepEqual([llamaThreadCount(2, 2), llamaThreadCount(1, 8), llamaThreadCount(0.5, 8)], [2, 1, 1]);
  assert.deepEqual(llamaOptions(4, 'cpu'), { llamaThreads: 4, device: 'cpu' });
  assert.equal(llamaOptions(4, 'webgpu').device, 'auto');
});
