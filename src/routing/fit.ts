// Fits the three estimates, p(specialist right), p(API right) and p(cut right), on validation files, cross-validated by
// file.
import type { Draft } from '../common/completion.ts';
import { brierScore, expectedCalibrationError } from '../common/statistics/calibrate.ts';
import { estimateOf, type LabelledVector, measuredEstimate } from '../common/statistics/estimate.ts';
import { logit, logLoss, sigmoid } from '../common/statistics/logistic.ts';
import { fitAgreement } from './answer-estimate.ts';
import type { Estimates } from './decision.ts';
import { FEATURES, features, flag } from './features.ts';
import { Nearby, type Neighbourhood, neighbourOf } from './neighbourhood.ts';
import { apiPrior, cutPrior, specialistPrior } from './priors.ts';
import type { RouterModel, RouterParameters } from './router-model.ts';
import { endOf, type ScoredCut } from './show.ts';
import type { PositionFacts, RouterExample } from './types.ts';

export interface RouterFitOptions {
  /** Time of the fit, ms since 1970; absent: now. */
  readonly now?: number;
}

/** Maximum number of kept neighbours; each costs time at every keystroke. */
const MAX_NEIGHBOURS = 400;
/** More rows make the fit slower, not better. */
const MAX_ROWS = 4000;

/**
 * Deterministic in the examples and their order. Without examples the priors. Empty drafts count for p(API right) only:
 * their p(specialist right) is 0 by definition, and would make the calibration look better than it is.
 */
export function fitRouter(examples: readonly RouterExample[], options: RouterFitOptions = {}): RouterModel {
  const specialistRows: LabelledVector[] = [];
  const apiRows: LabelledVector[] = [];
  const cutRows: LabelledVector[] = [];
  const labelledPairs: {
    readonly specialist: LabelledVector | undefined;
    readonly api: LabelledVector;
    readonly example: RouterExample;
  }[] = [];
  for (const example of withinRowLimit(examples)) {
    const { path, draft, position, specialistRight, apiRight, cuts = [] } = example;
    const values = features(draft, position);
    const specialistRow =
      draft.text === '' ? undefined : { path, values, prior: specialistPrior(draft), label: flag(specialistRight) };
    if (specialistRow) specialistRows.push(specialistRow);
    for (const { draft: cut, right } of cuts)
      cutRows.push({ path, values: features(cut, position), prior: cutPrior(cut, position), label: flag(right) });
    if (apiRight === undefined) continue;
    const apiRow = { path, values, prior: apiPrior(position), label: Number(apiRight) };
    apiRows.push(apiRow);
    labelledPairs.push({ specialist: specialistRow, api: apiRow, example });
  }
  const specialist = measuredEstimate(specialistRows);
  const byFeatures = measuredEstimate(apiRows);
  const byNeighbours = neighbourhoodEstimate(labelledPairs, byFeatures.outOfFold);
  const api = byNeighbours ?? byFeatures;
  const answers = labelledPairs.map(({ api: row, example: { path, apiAgrees = false } }) => {
    const pApi = byFeatures.outOfFold.get(row) ?? sigmoid(row.prior);
    return { path, pApi, agrees: apiAgrees, right: row.label === 1 };
  });
  const cut = measuredEstimate(evenSample(cutRows, MAX_ROWS));
  return {
    version: 1,
    fittedAt: options.now ?? Date.now(),
    specialistExamples: specialistRows.length,
    apiExamples: apiRows.length,
    specialistEce: specialist.ece,
    specialistBrier: specialist.brier,
    apiEce: api.ece,
    apiBrier: api.brier,
    cutExamples: cutRows.length,
    cutEce: cut.ece,
    cutBrier: cut.brier,
    parameters: {
      features: FEATURES.map((f) => f.name),
      specialist: specialist.estimate,
      api: byFeatures.estimate,
      ...(byNeighbours && { neighbourhood: byNeighbours.neighbourhood }),
      ...(answers.length > 0 && { agreement: fitAgreement(answers) }),
      cut: cut.estimate,
    } satisfies RouterParameters,
  };
}

/** For folders without an adaptation: only the priors, 0 examples, and no calibration figures. */
export function defaultRouter(): RouterModel {
  return fitRouter([], { now: 0 });
}

/**
 * The estimate of each draft: of `known` drafts out of fold, of the others by a fit on all known ones. Empty drafts have
 * none.
 */
export function draftEstimates<K>(
  known: readonly (Pick<RouterExample, 'path' | 'draft' | 'position' | 'specialistRight'> & { readonly of: K })[],
  others: readonly (Pick<RouterExample, 'draft' | 'position'> & { readonly of: K })[],
): Map<K, number> {
  const rowOf = ({ draft, position }: Pick<RouterExample, 'draft' | 'position'>) => ({
    values: features(draft, position),
    prior: specialistPrior(draft),
  });
  const rows = known
    .filter(({ draft }) => draft.text !== '')
    .map((each) => ({ of: each.of, row: { ...rowOf(each), path: each.path, label: Number(each.specialistRight) } }));
  const { estimate, outOfFold } = measuredEstimate(rows.map(({ row }) => row));
  const estimates = new Map(
    rows.map(({ of, row }) => [of, outOfFold.get(row) ?? estimateOf(estimate, row.values, row.prior)] as const),
  );
  for (const each of others) {
    const { values, prior } = rowOf(each);
    if (each.draft.text !== '') estimates.set(each.of, estimateOf(estimate, values, prior));
  }
  return estimates;
}

type ApiLabelled = { readonly api: LabelledVector; readonly example: RouterExample };

/**
 * The neighbourhood, and its errors out-of-fold. Undefined if the features predict the API's answers clearly better,
 * which is rare with some hundred answers, or if there are too few files to leave one out.
 */
function neighbourhoodEstimate(known: readonly ApiLabelled[], ofFeatures: ReadonlyMap<LabelledVector, number>) {
  if (ofFeatures.size === 0) return undefined;
  const sample = evenSample(known, MAX_NEIGHBOURS);
  const neighbourhood: Neighbourhood = { places: sample.map(({ example }) => neighbourOf(example)) };
  const nearby = new Nearby(neighbourhood);
  const byFile = Map.groupBy(sample.keys(), (i) => (sample[i] as ApiLabelled).example.path);
  const outOfFold = new Map(
    known.map(({ api, example: { path, position } }) => [
      api,
      nearby.probabilityAt(position, new Set(byFile.get(path))),
    ]),
  );
  const lossDifferences = [...outOfFold].map(
    ([row, p]) => logLoss(logit(p), row.label) - logLoss(logit(ofFeatures.get(row) as number), row.label),
  );
  const mean = lossDifferences.reduce((sum, each) => sum + each, 0) / lossDifferences.length;
  const deviation =
    Math.sqrt(lossDifferences.reduce((sum, each) => sum + (each - mean) ** 2, 0)) / lossDifferences.length;
  if (mean > deviation) return undefined;
  const labels = [...outOfFold.keys()].map(({ label }) => label);
  const probabilities = [...outOfFold.values()];
  const ece = expectedCalibrationError(probabilities, labels);
  return { neighbourhood, ece, brier: brierScore(probabilities, labels) };
}

/** The router for another API than it was fitted on: the prior for that API, the same specialist estimate. */
export function withoutApiFit(router: RouterModel): RouterModel {
  const { estimate: api } = measuredEstimate([]);
  // What an agreement means was learned of the other API as well.
  const { features, specialist, cut } = router.parameters;
  const parameters: RouterParameters = { features, specialist, api, cut };
  return { ...router, apiExamples: 0, apiEce: undefined, apiBrier: undefined, parameters };
}

export function score(
  router: RouterModel,
  draft: Draft | undefined,
  position: PositionFacts,
): Omit<Estimates, 'features'> {
  const { specialist, api, neighbourhood: neighbours } = router.parameters;
  const values = features(draft, position);
  return {
    pSpecialist: draft === undefined || draft.text === '' ? 0 : estimateOf(specialist, values, specialistPrior(draft)),
    pApi: neighbours ? nearbyOf(neighbours).probabilityAt(position) : estimateOf(api, values, apiPrior(position)),
    pApiIsPrior: router.apiExamples === 0,
  };
}

/** The neighbourhoods of routers, prepared once: a router is plain data, and is used at every key. */
const prepared = new WeakMap<Neighbourhood, Nearby>();

function nearbyOf(neighbourhood: Neighbourhood): Nearby {
  const nearby = prepared.get(neighbourhood) ?? new Nearby(neighbourhood);
  prepared.set(neighbourhood, nearby);
  return nearby;
}

/** The probability that the author's text begins with the cut. */
export function cutProbability({ parameters }: RouterModel, cut: Draft, position: PositionFacts): number {
  return estimateOf(parameters.cut, features(cut, position), cutPrior(cut, position));
}

/**
 * Log-odds. Estimates are fitted at random positions. A wrong draft may come at every key of its line, a right one only
 * until it is accepted, so fewer of the shown ones are right. Measured by replaying the keys of 13 passages in four
 * repositories, in TypeScript, JavaScript, Python, Go, Rust and Markdown: with -0.4, 0.73 was said where 0.66 came true.
 */
export const SHOWN_SHIFT = -0.55;

/**
 * The probability that a shown cut is right; a longer cut never has a higher one.
 * @param cuts of one draft, shortest first
 */
export function scoreCuts(router: RouterModel, cuts: readonly Draft[], position: PositionFacts): ScoredCut[] {
  const whole = cuts.at(-1)?.text ?? '';
  let lowest = 1;
  return cuts.map((draft, i) => {
    lowest = Math.min(lowest, sigmoid(logit(cutProbability(router, draft, position)) + SHOWN_SHIFT));
    const next = cuts[i + 1]?.tokens[draft.tokens.length];
    const ends = endOf(whole, draft.text.length);
    return {
      text: draft.text,
      p: lowest,
      ...(ends && { ends }),
      ...(next !== undefined && { next: { text: next.text, p: next.probability } }),
    };
  });
}

function withinRowLimit(examples: readonly RouterExample[]): readonly RouterExample[] {
  if (examples.length <= MAX_ROWS) return examples;
  // Examples with API labels first, because they were paid for; then an even sample of the rest.
  const paid = evenSample(
    examples.filter((e) => e.apiRight !== undefined),
    MAX_ROWS,
  );
  const free = examples.filter((e) => e.apiRight === undefined);
  return [...paid, ...evenSample(free, MAX_ROWS - paid.length)];
}

function evenSample<T>(items: readonly T[], count: number): readonly T[] {
  if (items.length <= count) return items;
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)] as T);
}
