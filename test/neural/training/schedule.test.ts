// The learning rate, and how the schedule is fitted to the time of a run: on a machine that sleeps, and on a slow one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  firstPlan,
  fitPlanToTime,
  learningRateAt,
  type TimedPlan,
  Timekeeper,
} from '../../../src/neural/training/schedule.ts';

const schedule = { peak: 1, warmupSteps: 10, totalSteps: 1000, floor: 0 };

/** A timekeeper with a fake clock; `steps` runs steps of four micro-batches each. */
function fakeTimekeeper(budgetSeconds: number) {
  const plan = firstPlan(schedule);
  const progress: TimedPlan = { plan, isFitted: false, seconds: 0, validationSeconds: 0, validateEvery: 10 };
  let ms = 0;
  const time = new Timekeeper(schedule, budgetSeconds, progress, () => ms);
  let step = 0;
  const steps = (count: number, seconds: number) => {
    for (let i = 0; i < count; i++) {
      for (let part = 0; part < 4; part++) {
        ms += 250 * seconds;
        time.record();
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

test('the time left never exceeds the time limit, also before the plan is fitted to it', () => {
  const { progress, time, steps } = fakeTimekeeper(600);
  steps(3, 60);
  assert.deepEqual([progress.isFitted, progress.plan.totalSteps], [false, 1000]);
  assert.equal(time.secondsLeft(3), 600 - 180);
});

test('the schedule warms up, peaks and decays to its floor', () => {
  const schedule = { peak: 2, warmupSteps: 4, totalSteps: 24, floor: 0.1 };
  const plan = firstPlan(schedule);
  const rate = (step: number) => learningRateAt(schedule, plan, step);
  assert.deepEqual([0, 1, 3, 4].map(rate), [0.5, 1, 2, 2]);
  assert.ok(Math.abs(rate(14) - 1.1) < 1e-12);
  assert.ok(Math.abs(rate(24) - 0.2) < 1e-12);
});

test('fits the plan to the time left, without a jump of the rate or more than the wanted steps', () => {
  const schedule = { peak: 2, warmupSteps: 4, totalSteps: 104, floor: 0 };
  const plan = firstPlan(schedule);
  assert.equal(fitPlanToTime(schedule, plan, 24, 83, 1), plan, 'a small change is ignored');
  const shorter = fitPlanToTime(schedule, plan, 24, 40, 1);
  assert.equal(shorter.totalSteps, 64);
  assert.equal(learningRateAt(schedule, shorter, 24), learningRateAt(schedule, plan, 24));
  assert.equal(learningRateAt(schedule, shorter, 64), 0);
  assert.equal(fitPlanToTime(schedule, shorter, 44, 1000, 1).totalSteps, 104);
  assert.equal(fitPlanToTime(schedule, plan, 103, -5, 1).totalSteps, 103, 'out of time');
  const early = fitPlanToTime(schedule, plan, 3, 20, 1);
  assert.equal(early.totalSteps, 23);
  assert.equal(learningRateAt(schedule, early, 3), 2);
});
