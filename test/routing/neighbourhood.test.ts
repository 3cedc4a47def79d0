// p(API right) by positions like it: words that tell are learned from few answers. And a stored fit's way back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uniforms } from '../../src/common/statistics/random.ts';
import { type PositionFacts, positionFactsOf, type RouterExample } from '../../src/routing/features.ts';
import { defaultRouter, fitRouter, score } from '../../src/routing/fit.ts';
import { Nearby, neighbourOf } from '../../src/routing/neighbourhood.ts';
import { parseRouter } from '../../src/routing/router-model.ts';
import { draftOf, POSITION, synthetic } from './synthetic.ts';

/** Places in tests are hard for the API, others easy; every feature is the same at both. */
function neighboursAt(count: number, seed: number): RouterExample[] {
  const uniform = uniforms(seed);
  return Array.from({ length: count }, () => {
    const hard = uniform() < 0.5;
    const above = hard ? `expect(vault).toHold(${uniform()});` : `return ledger.total + ${uniform()};`;
    const position: PositionFacts = { ...POSITION, above };
    const apiRight = uniform() < (hard ? 0.4 : 0.95);
    return {
      path: `f${Math.floor(uniform() * 12)}.ts`,
      draft: draftOf([0.5]),
      position,
      specialistRight: false,
      apiRight,
    };
  });
}

const at = (above: string): PositionFacts => ({ ...POSITION, above });

test('a hundred answers tell places apart that no feature does, and the stored fit says the same', () => {
  const fit = fitRouter(neighboursAt(100, 3));
  const { neighbourhood } = fit.parameters;
  assert.ok(neighbourhood);
  const of = (above: string, by = fit) => score(by, undefined, at(above)).pApi;
  const [hard, easy] = [of('expect(vault).toHold(7);'), of('return ledger.total + 7;')];
  assert.ok(hard < easy - 0.25, `${hard} ${easy}`);
  assert.ok(!JSON.stringify(fit).includes('ledger'));
  const stored = parseRouter(JSON.parse(JSON.stringify(fit)));
  assert.ok(stored.ok);
  assert.equal(of('return ledger.total + 7;', stored.value), easy);
  const damaged = {
    ...fit,
    parameters: { ...fit.parameters, neighbourhood: { places: [{ words: [[1]] }] } },
  };
  assert.ok(!parseRouter(damaged).ok);
});

test('where nothing is near the level answers, and neighbours of the own file can be left out', () => {
  const all = neighboursAt(100, 4);
  const nearby = new Nearby({ places: all.map(neighbourOf) });
  const level = all.filter(({ apiRight }) => apiRight).length / all.length;
  const nowhere = { languageId: 'typescript', lineBefore: 'zzz', lineAfter: '', above: 'qqq' };
  assert.ok(Math.abs(nearby.probabilityAt(nowhere) - level) < 0.02);
  const none = nearby.probabilityAt(at('expect(vault).toHold(1);'), new Set(all.keys()));
  assert.ok(Math.abs(none - 0.7) < 1e-9, 'the prior alone');
});

test('a place holds the lines round its cursor, and no more of them than a few', () => {
  const lines = Array.from({ length: 20 }, (_, i) => `line${i};`);
  const position = positionFactsOf({
    path: 'a.ts',
    languageId: 'typescript',
    prefix: `${lines.join('\n')}\n  const x = `,
    suffix: `;\n\n${lines.join('\n')}`,
  });
  const expected = ['line17;\nline18;\nline19;', '  const x = ', 'line0;\nline1;\nline2;'];
  assert.deepEqual([position.above, position.lineBefore, position.below], expected);
});

test('a fit survives JSON', () => {
  for (const fit of [defaultRouter(), fitRouter(synthetic(1500, 33).map((s) => s.example))]) {
    const read = parseRouter(JSON.parse(JSON.stringify(fit)));
    assert.ok(read.ok);
    assert.deepEqual(score(read.value, draftOf([0.4]), POSITION), score(fit, draftOf([0.4]), POSITION));
    assert.equal(read.value.specialistEce, fit.specialistEce);
  }
});

test('a damaged fit, or one of another version, is refused with its code', () => {
  const text = JSON.stringify(fitRouter(synthetic(400, 34).map((e) => e.example)));
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
