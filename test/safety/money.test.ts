// Paid answers survive kills, several processes keep one budget, and a failing storage ends the calls. A few attacks of
// each kind.
import assert from 'node:assert/strict';
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { budgetRace, failingStorage, killedRun, temporaryFolder } from './purchases.ts';

for (const seed of [1, 2, 3]) {
  test(`a killed run loses at most the answers in flight and pays for no other answer twice (seed ${seed})`, async () => {
    const { held, note } = await killedRun(seed);
    assert.ok(held, note);
  });
}

for (const [model, limitUsd] of [
  ['claude-haiku-5-5', 0.01],
  ['claude-fable-5-1', 0.2],
  ['claude-fable-5-1', 0.7],
] as const) {
  test(`four processes, one of them killed, keep the limit of $${limitUsd} with ${model}`, async () => {
    const { held, note } = await budgetRace(7, model, limitUsd);
    assert.ok(held, note);
  });
}

for (const [name, fail] of [
  ['removed', (storage: string) => rmSync(storage, { recursive: true })],
  ['moved away', (storage: string) => renameSync(storage, `${storage}-away`)],
] as const) {
  test(`stops paying with a message and an exit code if the storage folder is ${name} during a run`, async () => {
    const folder = temporaryFolder();
    const storage = join(folder, 'storage');
    const { held, note } = await failingStorage(storage, 9, () => fail(storage));
    rmSync(folder, { recursive: true });
    assert.ok(held, note);
  });
}
