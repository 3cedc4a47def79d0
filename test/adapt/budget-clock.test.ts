// What counts against a run's budget, and what its report calls its time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BudgetClock } from '../../src/adapt/budget-clock.ts';

test('a question does not count against the budget, nor in the time that the report states', async (t) => {
  let time = 0;
  const clock = new BudgetClock(
    () => time,
    () => {},
  );
  t.after(() => clock.stop());
  const lasting = (ms: number) => async () => {
    time += ms;
    return ms;
  };
  await lasting(300)();
  assert.equal(await clock.ask(lasting(700)), 700);
  await lasting(200)();
  assert.equal(clock.elapsed(), 0.5);
});
