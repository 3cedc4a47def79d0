// Describes the plan of a run, and estimates the time left.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Countdown, noWork, planInWords, type Row } from '../../../src/adapt/report/countdown.ts';
import type { ProgressUpdate } from '../../../src/common/progress.ts';

const rows: readonly Row[] = [
  { name: 'timing', takes: 15, step: 'plan' },
  { name: 'base', takes: ({ secondsPerDraft, base }) => secondsPerDraft * base, step: 'measure' },
  { name: 'training', takes: ({ training }) => training, step: 'train' },
  { name: 'testing', takes: 60, step: 'decide' },
];

const remaining = (training = 0) => ({ ...noWork, secondsPerDraft: 0.5, base: 240, training });

/** A countdown with a clock that the test sets. @param training planned seconds of it; absent: there is no plan yet */
function begun(training?: number) {
  const clock = { ms: 0 };
  const updates: ProgressUpdate[] = [];
  const countdown = new Countdown(
    rows,
    (update) => updates.push(update),
    () => clock.ms,
  );
  if (training !== undefined) countdown.plan(remaining(training));
  const tell = (update: ProgressUpdate) => {
    countdown.tell(update);
    return updates.at(-1) as ProgressUpdate;
  };
  return { clock, updates, countdown, tell };
}

/** The share of the whole run never falls. */
function assertRising(updates: readonly ProgressUpdate[]): void {
  const shares = updates.map(({ overall = 0 }) => overall);
  const expected = shares.toSorted((a, b) => a - b);
  assert.deepEqual(shares, expected);
}

test('says nothing of the time or the share before there is a plan', () => {
  const { countdown, updates } = begun();
  countdown.tell({ stage: 'timing', done: 3, total: 4, stageLeft: 5 });
  countdown.tick();
  assert.deepEqual(updates, [{ stage: 'timing', done: 3, total: 4, stageLeft: 5, step: { at: 1, of: 4 } }]);
});

test('a plan names its parts, without training if nothing is trained', () => {
  const { countdown, tell } = begun();
  tell({ stage: 'timing', done: 0, total: undefined });
  const words = (training: number) => planInWords(countdown.partsOf(remaining(training)));
  assert.equal(words(360), 'About 9 minutes: 2 measuring, 6 training, 1 deciding.');
  assert.equal(words(0), 'About 3 minutes: 2 measuring, 1 deciding.');
});

test('the time left falls with the progress and rises only with a sentence', () => {
  const { tell } = begun(360);
  assert.equal(tell({ stage: 'base', done: 120, total: 240 }).left, 60 + 360 + 60);
  assert.equal(tell({ stage: 'training', done: 0, total: 100, stageLeft: 370 }).left, 430);
  const later = tell({ stage: 'training', done: 1, total: 100, stageLeft: 380 });
  assert.deepEqual([later.left, later.say], [430, undefined]);
  const slow = tell({ stage: 'training', done: 2, total: 100, stageLeft: 900 });
  assert.equal(slow.left, 960);
  // A sentence stays while the time falls, so it states none.
  assert.equal(slow.say, 'This takes longer than planned, because the machine is slower now.');
});

test('each update names its step, and between updates the time left falls with the clock', () => {
  const { clock, updates, countdown } = begun(360);
  countdown.tell({ stage: 'base', done: 120, total: 240, say: 'once' });
  clock.ms = 20_000;
  countdown.tick();
  clock.ms = 900_000;
  countdown.tick();
  countdown.tell({ stage: 'timing', done: 0, total: undefined });
  const actual = updates.map(({ left, say }) => [left, say]);
  assert.deepEqual(actual, [
    [480, 'once'],
    [460, undefined],
    [420, undefined],
    [420, undefined],
  ]);
  assert.deepEqual(updates.at(-1)?.step, { at: 2, of: 4 });
  assertRising(updates);
});

test('a stage that takes longer than planned corrects the whole time left, with a sentence', () => {
  const { clock, updates, countdown } = begun(0);
  countdown.tell({ stage: 'base', done: 0, total: 240 });
  for (const done of [60, 120, 180]) {
    clock.ms = 1250 * done;
    countdown.tell({ stage: 'base', done, total: 240 });
  }
  // Between updates the speed is not measured.
  clock.ms += 60_000;
  countdown.tick();
  assert.equal(updates.at(-1)?.left, 2.5 * (30 + 60) - 60);
  // Drafts take two and a half times as long as planned, and so will the test.
  const [, second, third, last] = updates;
  assert.deepEqual([second?.left, third?.left, last?.left], [2.5 * (90 + 60), 2.5 * (60 + 60), 2.5 * (30 + 60)]);
  const actual = updates.map(({ say }) => say !== undefined);
  assert.deepEqual(actual, [false, true, false, false, false]);
});

test('stored answers and a first few do not change the speed', () => {
  const { clock, updates, countdown } = begun(0);
  countdown.tell({ stage: 'base', done: 120, total: 240 });
  clock.ms = 30_000;
  countdown.tell({ stage: 'base', done: 130, total: 240 });
  assert.ok((updates.at(-1)?.left ?? 0) <= 120, `${updates.at(-1)?.left}`);
});

test('a new plan lowers the time left, and raises it only with a sentence', () => {
  const { countdown, updates } = begun();
  for (const training of [120, 60, 70, 600]) {
    countdown.plan({ ...noWork, training });
    countdown.tell({ stage: 'base', done: 0, total: undefined });
  }
  const actual = updates.map(({ left }) => left);
  assert.deepEqual(actual, [180, 120, 120, 660]);
  const found = updates.map(({ say }) => say !== undefined);
  assert.deepEqual(found, [false, false, false, true]);
  assertRising(updates);
});
