// Learning in the background: after five labels, one job at a time, and none after the table is closed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BackgroundLearning } from '../../../src/vscode/texts/background-learning.ts';

/** Settles what is pending. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('learns after five labels, and once more for those that were given meanwhile', async () => {
  const ends: (() => void)[] = [];
  const learning = new BackgroundLearning(() => new Promise((resolve) => ends.push(resolve)));
  const label = (count: number) => {
    for (let i = 0; i < count; i++) learning.changed();
  };
  label(4);
  assert.equal(ends.length, 0);
  label(1);
  assert.equal(ends.length, 1);
  label(7);
  assert.equal(ends.length, 1, 'one job at a time');
  ends[0]?.();
  await settle();
  assert.equal(ends.length, 2);
  ends[1]?.();
  await settle();
  assert.equal(ends.length, 2);
});

test('cancels its job when the table is closed, and starts no other', async () => {
  const signals: AbortSignal[] = [];
  const learning = new BackgroundLearning(async (signal) => void signals.push(signal));
  for (let i = 0; i < 5; i++) learning.changed();
  learning.dispose();
  for (let i = 0; i < 5; i++) learning.changed();
  await settle();
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [true],
  );
});
