// A run's progress in words, and its share for the bar.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../support/ui-text.ts';

const { describe, shareOf } = await import('../../../src/vscode/adapt/describe-progress.ts');

const update = { stage: 'Timing this machine', done: 0, total: undefined };

test('the progress of a run begins with its step and the time left', () => {
  const run = { ...update, step: { at: 2, of: 6 }, left: 540, overall: 0.1, detail: 'how fast it answers' };
  assert.equal(describe(run), 'step 2 of 6 · about 9 minutes left · Timing this machine · how fast it answers');
  assert.equal(
    describe({ ...run, stage: 'Training', done: 7, total: 40 }),
    'step 2 of 6 · about 9 minutes left · Training · 7 / 40 · how fast it answers',
  );
  assert.deepEqual(shareOf({ ...run, done: 0, total: 40 }), { share: 0.1 }, 'of the whole run, not of its stage');
});

test('a run that is not planned yet has neither a time left nor a share', () => {
  const run = { ...update, stage: 'Reading files', done: 5, total: 20, step: { at: 1, of: 6 } };
  assert.equal(describe(run), 'step 1 of 6 · Reading files · 5 / 20');
  assert.deepEqual(shareOf(run), {});
});

test('the progress of a job without a plan is the share of its stage', () => {
  assert.equal(describe({ ...update, stage: 'Reading files', done: 5, total: 20 }), 'Reading files · 25%');
  assert.deepEqual(shareOf({ ...update, done: 5, total: 20 }), { share: 0.25 });
  assert.deepEqual(shareOf(update), {});
});
