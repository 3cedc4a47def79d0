// The time of a run on a machine that sleeps, and on a slow machine.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CheckpointProgress } from '../../../src/neural/training/run.ts';
import { firstPlan } from '../../../src/neural/training/schedule.ts';
import { Timekeeper } from '../../../src/neural/training/timekeeper.ts';

const schedule = { peak: 1, warmupSteps: 10, totalSteps: 1000, floor: 0 };

/** A timekeeper with a fake clock; `steps` runs steps of four micro-batches each. */
function fakeTimekeeper(budgetSeconds: number) {
  const progress = { plan: firstPlan(schedule), seconds: 0, every: 10 } as CheckpointProgress;
  let ms = 0;
  const time = new Timekeeper({ schedule, budgetSeconds }, progress, () => ms);
  let step = 0;
  const steps = (count: number, seconds: number) => {
    for (let i = 0; i < count; i++) {
      for (let part = 0; part < 4; part++) {
        ms += 250 * seconds;
        time.recordTime();
      }
      time.recordStep(++step);
    }
  };
  return { progress, time, steps, sleep: (seconds: number) => (ms += 1000 * seconds) };
}

test('an hour of sleep shortens the plan by less than half a minute', () => {
  const { progress, time, steps, sleep } = fakeTimekeeper(600);
  steps(100, 1);
  assert.equal(progress.plan.totalSteps, 600);
  sleep(3600);
  steps(1, 1);
  assert.ok(time.seconds < 140, `${time.seconds}`);
  assert.ok(progress.plan.totalSteps > 400, `${progress.plan.totalSteps}`);
});

test('a machine with very slow micro-batches is measured as slow, not as asleep', () => {
  const { progress, time, steps } = fakeTimekeeper(36_000);
  steps(20, 400);
  assert.ok(time.seconds > 7000, `${time.seconds}`);
  assert.ok(progress.plan.totalSteps < 110, `${progress.plan.totalSteps}`);
});
