// The deferral curve of the benchmark of the router.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deferralCurve } from '../../bench/coupling/curve.ts';
import type { RouterExample } from '../../src/routing/features.ts';
import { fitRouter, score } from '../../src/routing/fit.ts';
import { draftOf, POSITION, synthetic } from '../routing/synthetic.ts';

const example = (specialistRight: boolean, apiRight: boolean | undefined, p: number): RouterExample => ({
  path: 'a.ts',
  draft: draftOf([p]),
  position: POSITION,
  specialistRight,
  ...(apiRight === undefined ? {} : { apiRight }),
});

test('each rule on four known places, unlabelled ones left out', () => {
  const scored = [
    { example: example(true, false, 0.9), pSpecialist: 0.9, pApi: 0.2 },
    { example: example(true, true, 0.8), pSpecialist: 0.8, pApi: 0.8 },
    { example: example(false, true, 0.3), pSpecialist: 0.2, pApi: 0.8 },
    { example: example(false, true, 0.4), pSpecialist: 0.3, pApi: 0.8 },
    { example: example(true, undefined, 0.1), pSpecialist: 0.3, pApi: 0.8 },
  ];
  const curves = new Map(deferralCurve(scored).map((c) => [c.rule, c]));
  const exact = (rule: string) => curves.get(rule as 'learned')?.points.map((p) => p.exactMatch);
  assert.deepEqual(exact('learned'), [0.5, 0.75, 1, 1, 0.75]);
  assert.deepEqual(exact('oracle'), [0.5, 0.75, 1, 1, 0.75]);
  assert.deepEqual(exact('specialist-confidence'), [0.5, 0.75, 1, 1, 0.75]);
  assert.deepEqual(exact('random'), [0.5, 0.75]);
  assert.deepEqual(exact('always-api'), [0.75]);
  assert.deepEqual(exact('always-specialist'), [0.5]);
  assert.equal(curves.get('random')?.area, 0.625);
  assert.deepEqual(deferralCurve([]), []);
});

test('learned beats chance and stays under the oracle on unseen files', () => {
  const fit = fitRouter(synthetic(600, 31).map((s) => s.example));
  const scored = synthetic(600, 32).map(({ example: e }) => ({ example: e, ...score(fit, e.draft, e.position) }));
  const area = new Map(deferralCurve(scored).map((c) => [c.rule, c.area]));
  const of = (rule: string) => area.get(rule as 'learned') as number;
  assert.ok(of('learned') > of('random') + 0.05);
  assert.ok(
    of('learned') > of('specialist-confidence'),
    'the API knows strings worse; only the learned rule sees that',
  );
  assert.ok(of('oracle') > of('learned'));
});
