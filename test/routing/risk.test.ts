// A bound on the risk where it decides, the price that a loss allows, and the levels that verdicts move.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide } from '../../src/routing/decide.ts';
import { defaultRouter } from '../../src/routing/defaults.ts';
import { fitRouter, score } from '../../src/routing/fit.ts';
import { OnlineLevels } from '../../src/routing/online.ts';
import { limitOf, NOTHING_STAYS } from '../../src/routing/risk.ts';
import { parseRouter } from '../../src/routing/router-model.ts';
import type { PolicySettings, RiskBound } from '../../src/routing/types.ts';
import { synthetic } from './synthetic.ts';

const items = synthetic(400, 5);
const fit = fitRouter(
  items.map((item) => item.example),
  { now: 0 },
);
const settings: PolicySettings = { balance: 0.1, apiAvailable: true, showThreshold: 0, fallbackThreshold: 0 };
const mean: RiskBound = { holding: 'mean', alpha: 0.05 };

const toApi = (of: PolicySettings, by = fit) =>
  items.filter(({ example: { draft, position } }) => decide(by, draft, position, of).route === 'api').length;

test('a bound sends more to the API than the price alone, the sure one more still, and without examples everything', () => {
  const free = toApi(settings);
  const bounded = toApi({ ...settings, risk: mean });
  const sure = toApi({ ...settings, risk: { ...mean, holding: 'sure' } });
  assert.ok(free < bounded && bounded < sure && sure < items.length, `${free} ${bounded} ${sure}`);
  assert.equal(toApi({ ...settings, risk: mean }, defaultRouter()), items.length);
  assert.equal(toApi({ ...settings, balance: 0, risk: mean }, defaultRouter()), 0);
  const { example } = items[0] as (typeof items)[0];
  const unknown = decide(defaultRouter(), example.draft, example.position, { ...settings, risk: mean });
  assert.match(unknown.summary, /too few measurements/);
});

test('verdicts send more to the API, and nothing past the bound stays here: it was chosen without them', () => {
  const bounded = { ...settings, risk: mean };
  const limit = limitOf(fit, mean);
  const past = items.filter(({ example: { draft, position } }) => {
    const { pSpecialist, pApi } = score(fit, draft, position);
    return pApi - pSpecialist > limit;
  });
  assert.ok(past.length > 20 && past.length < items.length, `${past.length}`);
  for (const shift of [
    { specialist: 0.75, api: -0.75 },
    { specialist: -0.75, api: 0.75 },
  ]) {
    const moved = past.map(({ example: { draft, position } }) => decide(fit, draft, position, { ...bounded, shift }));
    assert.ok(moved.every(({ route, gain, price }) => route === 'api' && gain > price));
  }
  const likelier = { ...bounded, balance: 0.5 };
  const taught = { specialist: -0.75, api: 0.75 };
  assert.ok(toApi({ ...likelier, shift: taught }) > toApi(likelier), 'who is likelier right counts beside the bound');
});

test('what the bound is chosen on comes from fits of other files, and survives being stored', () => {
  const { risk = [] } = fit.parameters;
  assert.equal(risk.length, items.length);
  const stored = parseRouter(JSON.parse(JSON.stringify(fit)));
  assert.ok(stored.ok);
  assert.equal(limitOf(stored.value, mean), limitOf(fit, mean));
  assert.ok(!parseRouter({ ...fit, parameters: { ...fit.parameters, risk: [{ by: 'x' }] } }).ok);
});

test('what is expected to be lost stays within what may be, and one that may lose more is higher', () => {
  const limit = (alpha: number, of = fit) => limitOf(of, { holding: 'expected', alpha });
  const kept = items.filter(({ example }) => {
    const { pSpecialist, pApi } = score(fit, example.draft, example.position);
    return pApi - pSpecialist <= limit(0.01);
  });
  const lost = kept.reduce((sum, { pApi, pSpecialist }) => sum + pApi - pSpecialist, 0) / items.length;
  assert.ok(kept.length > 20 && lost < 0.03, `${kept.length} kept, ${lost} lost`);
  assert.ok(limit(0.1) > limit(0.01));
  assert.equal(limit(0.01, defaultRouter()), NOTHING_STAYS);
});

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
