// A stored fit's way back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultRouter, fitRouter, score } from '../../src/routing/fit.ts';
import { parseRouter } from '../../src/routing/router-model.ts';
import { draftOf, POSITION, synthetic } from './synthetic.ts';

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
    'other-version format': (f) => ({ ...f, version: 1 }),
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
      f.parameters.specialist.model.mean.pop();
      return f;
    },
    'corrupt calibrator': (f) => {
      f.parameters.specialist.calibrator = { kind: 'isotonic', scores: [1, 2] };
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
