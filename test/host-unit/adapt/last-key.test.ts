// When somebody last typed in any window, as a file of the shared storage says it.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { LastKey, TELL_MS } from '../../../src/host/adapt/last-key.ts';
import { ManualClock } from '../../fakes/clock.ts';

let folder: string;
let clock: ManualClock;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-key-'));
  clock = new ManualClock();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('another window sees it; a window tells it every so often', async () => {
  const storage = join(folder, 'storage');
  const [here, there] = [new LastKey(storage, clock), new LastKey(storage, clock)];
  assert.equal(there.at(), Number.NEGATIVE_INFINITY);
  const first = clock.now();
  await here.tell();
  assert.equal(there.at(), first);
  await clock.advance(TELL_MS - 1);
  await here.tell();
  assert.equal(there.at(), first);
  await there.tell();
  assert.equal(here.at(), clock.now());
  await clock.advance(TELL_MS);
  await here.tell();
  assert.equal(there.at(), clock.now());
  assert.equal(statSync(join(storage, 'last-key')).size, 0, 'nothing but when');
});

test('a time to come is none; what cannot be written is left', async () => {
  const key = new LastKey(folder, clock);
  await key.tell();
  const later = clock.now() / 1000 + 3600;
  utimesSync(join(folder, 'last-key'), later, later);
  assert.equal(key.at(), Number.NEGATIVE_INFINITY);
  const file = join(folder, 'a-file');
  writeFileSync(file, '');
  const nowhere = new LastKey(file, clock);
  await nowhere.tell();
  assert.equal(nowhere.at(), Number.NEGATIVE_INFINITY);
});
