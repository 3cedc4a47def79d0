// The deferral curve, and a stored fit's way back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deferralCurve } from '../../src/routing/curve.ts';
import { defaultRouter } from '../../src/routing/defaults.ts';
import { fitRouter, score } from '../../src/routing/fit.ts';
import { parseRouter } from '../../src/routing/router-model.ts';
import type { CouplingExample } from '../../src/routing/types.ts';
import { draftOf, POSITION, synthetic } from './synthetic.ts';

const example = (specialistRight: boolean, apiRight: boolean | undefined, p: number): CouplingExample => ({
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
  assert.equal(curves.get('learned')?.points[1]?.editSimilarity, undefined);
  assert.deepEqual(deferralCurve([]), []);
});

test('edit similarity is reported where it is known for all', () => {
  const one = { ...example(false, true, 0.5), specialistSimilarity: 0.4, apiSimilarity: 1 };
  const curves = deferralCurve([{ example: one, pSpecialist: 0.1, pApi: 0.9 }]);
  assert.deepEqual(
    curves[0]?.points.map((p) => p.editSimilarity),
    [0.4, 1],
  );
});

test('learned beats chance and stays under the oracle on unseen files', () => {
  const fit = fitRouter(
    synthetic(600, 31).map((s) => s.example),
    { now: 0 },
  );
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

test('a fit survives JSON', () => {
  for (const fit of [
    defaultRouter(),
    fitRouter(
      synthetic(1500, 33).map((s) => s.example),
      { now: 7 },
    ),
  ]) {
    const read = parseRouter(JSON.parse(JSON.stringify(fit)));
    assert.ok(read.ok);
    assert.deepEqual(score(read.value, draftOf([0.4]), POSITION), score(fit, draftOf([0.4]), POSITION));
    assert.equal(read.value.specialistEce, fit.specialistEce);
  }
});

test('a damaged fit, or one of another version, is refused with its code', () => {
  const text = JSON.stringify(
    fitRouter(
      synthetic(400, 34).map((e) => e.example),
      { now: 7 },
    ),
  );
  const sound = () => JSON.parse(text);
  const damaged: Record<string, (fit: ReturnType<typeof sound>) => unknown> = {
    'other-version format': (f) => ({ ...f, version: 2 }),
    'corrupt null': () => null,
    'corrupt text': () => '{}',
    'corrupt array': () => [],
    'corrupt empty': () => ({}),
    'corrupt no parameters': (f) => ({ ...f, parameters: undefined }),
    'other-version features': (f) => {
      f.parameters.features[3] = 'phase of the moon';
      return f;
    },
    'other-version a feature twice': (f) => {
      f.parameters.features[3] = f.parameters.features[2];
      return f;
    },
    'corrupt weight': (f) => {
      f.parameters.specialist.model.weights[2] = null;
      return f;
    },
    'corrupt width': (f) => {
      f.parameters.api.model.mean.pop();
      return f;
    },
    'corrupt calibrator': (f) => {
      f.parameters.api.calibrator = { kind: 'isotonic', scores: [1, 2], values: [0] };
      return f;
    },
    'corrupt count': (f) => ({ ...f, apiExamples: 'many' }),
  };
  for (const [name, damage] of Object.entries(damaged)) {
    const read = parseRouter(damage(sound()));
    assert.ok(!read.ok, name);
    assert.equal(read.error.code, name.split(' ')[0], name);
    assert.ok(read.error.message.length > 20);
  }
});
