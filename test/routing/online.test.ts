// The levels of both estimates, which verdicts move.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitRouter, score } from '../../src/routing/fit.ts';
import { OnlineLevels } from '../../src/routing/online.ts';
import { synthetic } from './synthetic.ts';

const items = synthetic(400, 5);
const fit = fitRouter(
  items.map((item) => item.example),
  { now: 0 },
);

test('verdicts move a level towards what they say, within bounds, and what is ignored moves nothing', () => {
  const levels = new OnlineLevels();
  assert.equal(levels.outcome('specialist', 0.8, 'ignored'), false);
  assert.deepEqual(levels.shift, { specialist: 0, api: 0 });
  for (let i = 0; i < 10; i++) levels.outcome('specialist', 0.8, 'rejected');
  assert.ok(levels.shift.specialist < -0.3 && levels.shift.api === 0);
  const { example } = items[0] as (typeof items)[0];
  const moved = score(fit, example.draft, example.position, levels.shift);
  const before = score(fit, example.draft, example.position);
  assert.ok(moved.pSpecialist < before.pSpecialist && moved.pApi === before.pApi);
  for (let i = 0; i < 500; i++) levels.outcome('api', 0.2, 'accepted');
  assert.equal(levels.shift.api, 0.75);
  levels.forget();
  assert.deepEqual(levels.shift, { specialist: 0, api: 0 });
});
