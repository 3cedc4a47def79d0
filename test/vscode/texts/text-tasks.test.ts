// Learning in the background: after five labels, one job at a time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../fakes/vscode-dialogs.ts';

const { BackgroundLearning } = await import('../../../src/vscode/texts/text-tasks.ts');

/** Settles what is pending. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('learns after five labels, and once more for those that were given meanwhile', async () => {
  const ends: (() => void)[] = [];
  const learning = new BackgroundLearning(() => new Promise<void>((resolve) => ends.push(resolve)));
  const label = (count: number) => {
    for (let i = 0; i < count; i++) void learning.changed();
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
