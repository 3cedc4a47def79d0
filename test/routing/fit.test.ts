// The fit: calibrated on data with known probabilities, disjoint by file, safe with whatever it gets.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brierScore } from '../../src/common/statistics/calibrate.ts';
import { uniforms } from '../../src/common/statistics/random.ts';
import type { RouterExample } from '../../src/routing/features.ts';
import {
  answerProbability,
  cutProbability,
  defaultRouter,
  draftEstimates,
  fitAgreement,
  fitRouter,
  score,
  withoutApiFit,
} from '../../src/routing/fit.ts';
import { parseRouter, type RouterModel } from '../../src/routing/router-model.ts';
import { draftOf, POSITION, synthetic } from './synthetic.ts';

const examplesOf = (items: { example: RouterExample }[]) => items.map((i) => i.example);
const meanError = (fit: RouterModel, seed: number) => {
  const fresh = synthetic(500, seed);
  let specialist = 0;
  let api = 0;
  for (const { example, pSpecialist, pApi } of fresh) {
    const scores = score(fit, example.draft, example.position);
    specialist += Math.abs(scores.pSpecialist - pSpecialist) / fresh.length;
    api += Math.abs(scores.pApi - pApi) / fresh.length;
  }
  return { specialist, api };
};

for (const [count, limit] of [
  [300, 0.1],
  [2500, 0.06],
] as const) {
  test(`learns both probabilities from ${count} examples`, () => {
    const fit = fitRouter(examplesOf(synthetic(count, 1)));
    const errors = meanError(fit, 99);
    assert.ok(errors.specialist < limit, `specialist off by ${errors.specialist}`);
    assert.ok(errors.api < limit, `API off by ${errors.api}`);
    const untrained = meanError(defaultRouter(), 99);
    assert.ok(untrained.specialist > 1.5 * errors.specialist && untrained.api > 1.5 * errors.api);
    assert.ok((fit.specialistEce ?? 1) < limit && (fit.apiEce ?? 1) < limit);
    assert.deepEqual([fit.specialistExamples, fit.apiExamples], [count, count]);
  });
}

test('estimates of known drafts are out of fold: an answer that only the file tells is not learned', () => {
  // Every file has its own indent, and its answers are all right or all wrong: in-sample a perfect feature.
  const examples = Array.from({ length: 400 }, (_, i): RouterExample => {
    const file = i % 8;
    const position = { ...POSITION, lineBefore: `${' '.repeat([3, 11, 5, 13, 7, 2, 9, 1][file] as number)}x ` };
    return { path: `f${file}.ts`, draft: draftOf([0.5]), position, specialistRight: file % 2 === 0 };
  });
  const estimates = draftEstimates(
    examples.map((example) => ({ ...example, of: example })),
    [],
  );
  const labels = [...estimates.keys()].map(({ specialistRight }) => Number(specialistRight));
  const brier = brierScore([...estimates.values()], labels);
  assert.ok(brier > 0.2, `Brier ${brier} claims knowledge of unseen files`);
});

test('without API labels the prior stands and says so; a few labels move it a little, many all the way', () => {
  const none = fitRouter(examplesOf(synthetic(200, 4, { api: false })));
  assert.equal(none.apiExamples, 0);
  assert.equal(none.apiEce, undefined);
  const prior = score(none, draftOf([0.5]), POSITION);
  assert.ok(prior.pApiIsPrior);
  assert.ok(Math.abs(prior.pApi - 0.7) < 1e-9);
  assert.ok(Math.abs(score(none, draftOf([0.5]), { ...POSITION, languageId: 'markdown' }).pApi - 0.3) < 1e-9);
  const allWrong = (count: number) =>
    examplesOf(synthetic(count, 5)).map((e): RouterExample => ({ ...e, apiRight: false }));
  const few = score(fitRouter(allWrong(6)), draftOf([0.5]), POSITION);
  const many = score(fitRouter(allWrong(300)), draftOf([0.5]), POSITION);
  assert.ok(!few.pApiIsPrior);
  assert.ok(few.pApi < 0.65 && few.pApi > 0.1, `six labels: ${few.pApi}`);
  assert.ok(many.pApi < 0.05, `three hundred: ${many.pApi}`);
});

test('an empty draft is never right', () => {
  for (const fit of [defaultRouter(), fitRouter(examplesOf(synthetic(100, 6)))]) {
    assert.equal(score(fit, undefined, POSITION).pSpecialist, 0);
    assert.equal(score(fit, draftOf([], ''), POSITION).pSpecialist, 0);
  }
  const empty: RouterExample = {
    path: 'a',
    draft: draftOf([], ''),
    position: POSITION,
    specialistRight: false,
    apiRight: true,
  };
  const fit = fitRouter([empty, empty, empty]);
  assert.deepEqual([fit.specialistExamples, fit.apiExamples], [0, 3]);
});

test('more confident drafts get a higher probability, with and without a fit', () => {
  for (const fit of [defaultRouter(), fitRouter(examplesOf(synthetic(600, 7)))]) {
    const at = (p: number) => score(fit, draftOf([0.95, p, 0.5 + p / 2]), POSITION).pSpecialist;
    assert.ok(at(0.9) > at(0.5) && at(0.5) > at(0.1));
  }
});

const broken = draftOf([Number.NaN, Number.POSITIVE_INFINITY, -1]);
const degenerate: Record<string, RouterExample[]> = {
  none: [],
  one: examplesOf(synthetic(1, 8)),
  three: examplesOf(synthetic(3, 8)),
  'one file': examplesOf(synthetic(200, 8, { files: 1 })),
  'all right': examplesOf(synthetic(200, 9)).map((e) => ({ ...e, specialistRight: true, apiRight: true })),
  'all wrong': examplesOf(synthetic(200, 9)).map((e) => ({ ...e, specialistRight: false, apiRight: false })),
  'constant features': examplesOf(synthetic(200, 10)).map((e) => ({ ...e, draft: draftOf([0.5]), position: POSITION })),
  'not a number': examplesOf(synthetic(200, 11)).map((e, i) => (i % 3 === 0 ? { ...e, draft: broken } : e)),
  separable: examplesOf(synthetic(1500, 12)).map((e) => ({
    ...e,
    specialistRight: (e.draft.tokens[1]?.probability ?? 0) > 0.5,
  })),
  'tokens without text features': examplesOf(synthetic(50, 13)).map((e) => ({
    ...e,
    draft: { ...e.draft, tokens: [] },
  })),
};
for (const [name, examples] of Object.entries(degenerate)) {
  test(`stays finite and inside 0..1: ${name}`, () => {
    const fit = fitRouter(examples);
    for (const draft of [draftOf([0.99, 0.99]), draftOf([0.01]), broken, draftOf([], '')]) {
      const { pSpecialist, pApi } = score(fit, draft, { languageId: 'x', lineBefore: '\0', lineAfter: '💥' });
      for (const p of [pSpecialist, pApi]) assert.ok(p >= 0 && p <= 1, `${name}: ${p}`);
    }
    const { specialistEce: ece } = fit;
    assert.ok(ece === undefined || (ece >= 0 && ece <= 1));
    if (name === 'all right') assert.ok(score(fit, draftOf([0.5, 0.5]), POSITION).pSpecialist > 0.95);
    if (name === 'all wrong') assert.ok(score(fit, draftOf([0.9, 0.9]), POSITION).pSpecialist < 0.1);
  });
}

test('a family of languages whose cuts are right less often than their tokens say is calibrated by itself', () => {
  const random = uniforms(6);
  const chance: Readonly<Record<string, number>> = { typescript: 0.8, markdown: 0.3 };
  const cutAt = (languageId: string, i: number): RouterExample => {
    const draft = draftOf([0.9]);
    const cuts = [{ draft, right: random() < (chance[languageId] as number) }];
    return {
      path: `${languageId}/${i % 12}`,
      draft,
      position: { ...POSITION, languageId },
      specialistRight: false,
      cuts,
    };
  };
  const rows = ['typescript', 'markdown'].flatMap((id) => Array.from({ length: 400 }, (_, i) => cutAt(id, i)));
  const fit = fitRouter(rows);
  const said = (languageId: string) => cutProbability(fit, draftOf([0.9]), { ...POSITION, languageId });
  assert.ok(Math.abs(said('typescript') - 0.8) < 0.08, `TypeScript: ${said('typescript')}`);
  assert.ok(Math.abs(said('markdown') - 0.3) < 0.08, `Markdown: ${said('markdown')}`);
});

test('for another API there is the prior, and what is known of the specialist', () => {
  const fit = fitRouter(examplesOf(synthetic(400, 8)));
  const other = withoutApiFit(fit);
  assert.equal(other.apiExamples, 0);
  for (const { example } of synthetic(20, 9)) {
    const [ours, theirs, none] = [fit, other, defaultRouter()].map((of) => score(of, example.draft, example.position));
    assert.deepEqual(theirs, { ...none, pSpecialist: ours?.pSpecialist });
    assert.notEqual(ours?.pApi, theirs?.pApi);
  }
  assert.ok(parseRouter(JSON.parse(JSON.stringify(other))).ok);
});

const router = defaultRouter();
const fitted = (agreement: ReturnType<typeof fitAgreement>) => ({
  ...router,
  parameters: { ...router.parameters, agreement },
});

test('before any fit an answer that is the draft is more likely right than another one', () => {
  const [agrees, differs] = [answerProbability(router, 0.877, true), answerProbability(router, 0.877, false)];
  assert.deepEqual([agrees.toFixed(2), differs.toFixed(2)], ['0.96', '0.84']);
});

test('a folder in which agreement means nothing is learned from its answers', () => {
  const rows = Array.from({ length: 400 }, (_, i) => ({
    path: `${i % 21}.ts`,
    pApi: 0.8,
    agrees: i % 2 === 0,
    right: (i >> 1) % 5 !== 0,
  }));
  const own = fitted(fitAgreement(rows));
  for (const agrees of [true, false]) assert.ok(Math.abs(answerProbability(own, 0.8, agrees) - 0.8) < 0.04);
});
