// Whether the machine has something to do: by what its processors did since the last look, not by what they did a minute ago.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Load } from '../../../src/vscode/bases/machine-load.ts';

/** Two processors that do what the test says. */
function machine() {
  const times = [0, 0].map(() => ({ user: 1000, nice: 0, sys: 50, idle: 2000, irq: 0 }));
  let now = 0;
  const load = new Load(
    () => times.map((each) => ({ times: { ...each } })),
    () => now,
  );
  /** @param busy ms of each of `ms` in which the processors computed */
  const pass = (ms: number, ...busy: number[]) => {
    now += ms;
    for (const [i, each] of times.entries()) {
      each.user += busy[i] ?? 0;
      each.idle += ms - (busy[i] ?? 0);
    }
    return load.isBusy();
  };
  return { load, pass };
}

test('before there is anything to compare with, it is taken for busy', () => {
  const { load, pass } = machine();
  assert.equal(load.isBusy(), true);
  assert.equal(load.isBusy(), true, 'in the same moment');
  assert.equal(pass(10_000), false);
});

test('half of the processors’ time since the last look is busy, whatever was before', () => {
  const { load, pass } = machine();
  load.isBusy();
  assert.equal(pass(10_000, 10_000, 9000), true);
  assert.equal(pass(10_000, 1000, 500), false);
  assert.equal(pass(10_000, 10_000, 0), true);
  assert.equal(pass(10_000, 9000, 0), false);
});

test('what was long ago says nothing of now', () => {
  const { load, pass } = machine();
  load.isBusy();
  assert.equal(pass(3_600_000), true);
  assert.equal(pass(10_000), false);
});

test('this machine can be asked', () => {
  const load = new Load();
  load.isBusy();
  assert.equal(typeof load.isBusy(), 'boolean');
});
