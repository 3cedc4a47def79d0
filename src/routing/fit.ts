// Fits the three estimates, p(specialist right), p(API right) and p(cut right), on validation files, cross-validated by
// file.
import type { Draft } from '../common/completion.ts';
import { brierScore, expectedCalibrationError } from '../common/statistics/calibrate.ts';
import { type Estimate, estimateOf, type LabelledVector, measuredEstimate } from '../common/statistics/estimate.ts';
import { logLoss, sigmoid } from '../common/statistics/logistic.ts';
import { FEATURES, features, logit } from './features.ts';
import { Nearby, type Neighbourhood, neighbourOf } from './neighbourhood.ts';
import { apiPrior, cutPrior, specialistPrior } from './priors.ts';
import type { FitParameters, RouterModel } from './router-model.ts';
import { endOf, type ScoredCut } from './show.ts';
import type { CouplingExample, Kept, PositionFacts, Shift } from './types.ts';

export interface RouterFitOptions {
  /** Time of the fit, ms since 1970; absent: now. */
  readonly now?: number;
}

/** Maximum number of kept neighbours; each costs time at every keystroke. */
const MAX_NEIGHBOURS = 400;
/** More rows make the fit slower, not better. */
const MAX_ROWS = 4000;
/** Least number of cuts, and of their files, for a calibration of one language alone. */
const OWN_CUTS = 200;
const OWN_FILES = 6;

interface CutRow extends LabelledVector {
  readonly languageId: string;
}

/**
 * Deterministic in the examples and their order. Without examples the priors. Empty drafts count for p(API right) only:
 * their p(specialist right) is 0 by definition, and would make the calibration look better than it is.
 */
export function fitRouter(examples: readonly CouplingExample[], options: RouterFitOptions = {}): RouterModel {
  const specialistRows: LabelledVector[] = [];
  const apiRows: LabelledVector[] = [];
  const cutRows: CutRow[] = [];
  const both: {
    readonly specialist: LabelledVector | undefined;
    readonly api: LabelledVector;
    readonly example: CouplingExample;
  }[] = [];
  for (const example of thinned(examples)) {
    const { path, draft, position, specialistRight, apiRight, cuts = [] } = example;
    const values = features(draft, position);
    const drafted =
      draft.text === '' ? undefined : { path, values, prior: specialistPrior(draft), label: Number(specialistRight) };
    if (drafted) specialistRows.push(drafted);
    for (const { draft: cut, right } of cuts)
      cutRows.push({
        ...{ path, values: features(cut, position), prior: cutPrior(cut, position), label: right ? 1 : 0 },
        languageId: position.languageId,
      });
    if (apiRight === undefined) continue;
    const asked = { path, values, prior: apiPrior(position), label: Number(apiRight) };
    apiRows.push(asked);
    both.push({ specialist: drafted, api: asked, example });
  }
  const specialist = measuredEstimate(specialistRows);
  const byFeatures = measuredEstimate(apiRows);
  const near = nearestOf(both, byFeatures.outOfFold);
  const api = near ?? byFeatures;
  const cuts = evenly(cutRows, MAX_ROWS);
  const cut = measuredEstimate(cuts);
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
      ...(near && { neighbourhood: near.neighbourhood }),
      cut: cut.estimate,
      risk: both.flatMap((pair) => keepable(pair, specialist.outOfFold, api.outOfFold)),
      cutIn: correctionsOf(cut.outOfFold, cuts),
    } satisfies FitParameters,
  };
}

type Known = { readonly api: LabelledVector; readonly example: CouplingExample };

/**
 * The neighbourhood, and its out-of-fold estimates. Undefined if the features predict the API's answers clearly better,
 * which is rare with some hundred answers, or if there are too few files to leave one out.
 */
function nearestOf(known: readonly Known[], ofFeatures: ReadonlyMap<LabelledVector, number>) {
  if (ofFeatures.size === 0) return undefined;
  const kept = evenly(known, MAX_NEIGHBOURS);
  const neighbourhood: Neighbourhood = { places: kept.map(({ example }) => neighbourOf(example)) };
  const nearby = new Nearby(neighbourhood);
  const byFile = Map.groupBy(kept.keys(), (i) => (kept[i] as Known).example.path);
  const outOfFold = new Map(
    known.map(({ api, example: { path, position } }) => [api, nearby.at(position, new Set(byFile.get(path)))]),
  );
  const better = [...outOfFold].map(
    ([row, p]) => logLoss(logit(p), row.label) - logLoss(logit(ofFeatures.get(row) as number), row.label),
  );
  const mean = better.reduce((sum, each) => sum + each, 0) / better.length;
  const deviation = Math.sqrt(better.reduce((sum, each) => sum + (each - mean) ** 2, 0)) / better.length;
  if (mean > deviation) return undefined;
  const labels = [...outOfFold.keys()].map(({ label }) => label);
  const probabilities = [...outOfFold.values()];
  const ece = expectedCalibrationError(probabilities, labels);
  return { neighbourhood, outOfFold, ece, brier: brierScore(probabilities, labels) };
}

/** Gain and loss of not calling the API; [] if there is no out-of-fold estimate. */
function keepable(
  { specialist, api }: { readonly specialist: LabelledVector | undefined; readonly api: LabelledVector },
  ofSpecialist: ReadonlyMap<LabelledVector, number>,
  ofApi: ReadonlyMap<LabelledVector, number>,
): Kept[] {
  const pApi = ofApi.get(api);
  const pSpecialist = specialist === undefined ? 0 : ofSpecialist.get(specialist);
  if (pApi === undefined || pSpecialist === undefined) return [];
  const right = specialist?.label === 1;
  return [{ by: pApi - pSpecialist, lost: !right && api.label === 1, won: right && api.label === 0 }];
}

const NOTHING = new Float64Array(0);

/** @param outOfFold out-of-fold probabilities of the rows */
function correctionsOf(
  outOfFold: ReadonlyMap<LabelledVector, number>,
  rows: readonly CutRow[],
): Record<string, Estimate> {
  const kept: Record<string, Estimate> = {};
  const known = rows.flatMap((row) => {
    const p = outOfFold.get(row);
    return p === undefined ? [] : [{ ...row, values: NOTHING, prior: logit(p), p }];
  });
  for (const [languageId, own] of Map.groupBy(known, (row) => row.languageId)) {
    if (own.length < OWN_CUTS || new Set(own.map(({ path }) => path)).size < OWN_FILES) continue;
    const { estimate, brier } = measuredEstimate(own);
    const before = brierScore(
      own.map(({ p }) => p),
      own.map(({ label }) => label),
    );
    if (brier !== undefined && brier < before) kept[languageId] = estimate;
  }
  return kept;
}

/**
 * The fit for another API than it was fitted on: the prior for that API, no risk bound, the same specialist estimate.
 */
export function forAnotherApi(fit: RouterModel): RouterModel {
  const { estimate: api } = measuredEstimate([]);
  const { features, specialist, cut, cutIn } = fit.parameters;
  const parameters: FitParameters = { features, specialist, api, ...(cut && { cut }), ...(cutIn && { cutIn }) };
  return { ...fit, apiExamples: 0, apiEce: undefined, apiBrier: undefined, parameters };
}

/** Both probabilities at a position. */
export interface Scores {
  readonly pSpecialist: number;
  readonly pApi: number;
  readonly pApiIsPrior: boolean;
}

const NO_SHIFT: Shift = { specialist: 0, api: 0 };

export function score(
  fit: RouterModel,
  draft: Draft | undefined,
  position: PositionFacts,
  shift: Shift = NO_SHIFT,
): Scores {
  const { specialist, api, neighbourhood: near } = fit.parameters;
  const values = features(draft, position);
  return {
    pSpecialist:
      draft === undefined || draft.text === ''
        ? 0
        : shifted(estimateOf(specialist, values, specialistPrior(draft)), shift.specialist),
    pApi: shifted(near ? nearbyOf(near).at(position) : estimateOf(api, values, apiPrior(position)), shift.api),
    pApiIsPrior: fit.apiExamples === 0,
  };
}

/** A fit is plain data, and decides at every key. */
const known = new WeakMap<Neighbourhood, Nearby>();

function nearbyOf(neighbourhood: Neighbourhood): Nearby {
  const nearby = known.get(neighbourhood) ?? new Nearby(neighbourhood);
  known.set(neighbourhood, nearby);
  return nearby;
}

function shifted(p: number, by: number): number {
  return by === 0 ? p : sigmoid(logit(p) + by);
}

/**
 * The probability that the author's text begins with each cut; a longer cut never has a higher one.
 * @param cuts of one draft, shortest first
 */
export function scoreCuts(
  fit: RouterModel,
  cuts: readonly Draft[],
  position: PositionFacts,
  shift: Shift = NO_SHIFT,
): ScoredCut[] {
  const { cut: estimate, cutIn } = fit.parameters;
  const correction = cutIn?.[position.languageId];
  const whole = cuts.at(-1)?.text ?? '';
  let least = 1;
  return cuts.map((draft, i) => {
    const prior = cutPrior(draft, position);
    const p = estimate === undefined ? sigmoid(prior) : estimateOf(estimate, features(draft, position), prior);
    const own = correction === undefined ? p : estimateOf(correction, NOTHING, logit(p));
    least = Math.min(least, shifted(own, shift.specialist));
    const next = cuts[i + 1]?.tokens[draft.tokens.length];
    const ends = endOf(whole, draft.text.length);
    return {
      text: draft.text,
      p: least,
      ...(ends && { ends }),
      ...(next !== undefined && { next: { text: next.text, p: next.probability } }),
    };
  });
}

function thinned(examples: readonly CouplingExample[]): readonly CouplingExample[] {
  if (examples.length <= MAX_ROWS) return examples;
  // Examples with API labels first, because they were paid for; then an even sample of the rest.
  const paid = evenly(
    examples.filter((e) => e.apiRight !== undefined),
    MAX_ROWS,
  );
  const free = examples.filter((e) => e.apiRight === undefined);
  return [...paid, ...evenly(free, MAX_ROWS - paid.length)];
}

function evenly<T>(items: readonly T[], count: number): readonly T[] {
  if (items.length <= count) return items;
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)] as T);
}
