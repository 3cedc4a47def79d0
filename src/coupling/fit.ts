// Fits the two estimates, p(specialist right) and p(API right), on calibration files, crosswise by file.
import type { Draft } from '../common/completion.ts';
import { brierScore, type Calibrator, calibrated, expectedCalibrationError, fitCalibrator } from '../fit/calibrate.ts';
import { fitLogistic, type LogisticModel, linear, logLoss } from '../fit/logistic.ts';
import { FEATURES, features } from './features.ts';
import { apiPrior, specialistPrior } from './priors.ts';
import type { CouplingExample, CouplingFit, PlaceFacts } from './types.ts';

/** One estimate: log-odds = prior + model, then calibrated. Without a model it is the prior. */
export interface Estimate {
  readonly model: LogisticModel | undefined;
  readonly calibrator: Calibrator;
}

/** What `CouplingFit.parameters` holds. */
export interface FitParameters {
  /** Names of the features, in the order of the weights. */
  readonly features: readonly string[];
  readonly specialist: Estimate;
  readonly api: Estimate;
}

export interface FitOptions {
  /** ms since 1970, for the record; absent: the system's clock. */
  readonly now?: number;
}

/** A labelled row of numbers: all that the fitting looks at. */
export interface Row {
  readonly path: string;
  readonly values: Float64Array;
  readonly prior: number;
  /** 1: right, 0: wrong. */
  readonly label: number;
}

const PRIOR_ONLY: Estimate = { model: undefined, calibrator: { kind: 'identity' } };
const FOLDS = 5;
const L2_CHOICES = [1, 10, 100, 1000];
const STRONGEST_L2 = 1000;
/** A prior worth about four examples: few labels move the level a little, fifty move it nearly all the way. */
const INTERCEPT_L2 = 1;
/** Past this many the fit does not get better, only slower. */
const MAX_ROWS = 4000;

/**
 * Deterministic in the examples and their order. Empty drafts teach p(API right) only: p(specialist right) is 0 there by
 * definition, and counting that as well-calibrated would flatter the figures. No examples: the priors.
 */
export function fitCoupling(examples: readonly CouplingExample[], options: FitOptions = {}): CouplingFit {
  const specialistRows: Row[] = [];
  const apiRows: Row[] = [];
  for (const { path, draft, place, specialistRight, apiRight } of thinned(examples)) {
    const values = features(draft, place);
    if (draft.text !== '') {
      specialistRows.push({ path, values, prior: specialistPrior(draft), label: specialistRight ? 1 : 0 });
    }
    if (apiRight !== undefined) apiRows.push({ path, values, prior: apiPrior(place), label: apiRight ? 1 : 0 });
  }
  const specialist = measured(specialistRows);
  const api = measured(apiRows);
  return {
    version: 1,
    fittedAt: options.now ?? Date.now(),
    specialistExamples: specialistRows.length,
    apiExamples: apiRows.length,
    specialistEce: specialist.ece,
    specialistBrier: specialist.brier,
    apiEce: api.ece,
    apiBrier: api.brier,
    parameters: parametersOf(specialist.estimate, api.estimate),
  };
}

/** The two probabilities at a place. */
export interface Scores {
  readonly pSpecialist: number;
  readonly pApi: number;
  readonly pApiIsPrior: boolean;
}

export function score(fit: CouplingFit, draft: Draft | undefined, place: PlaceFacts): Scores {
  const { specialist, api } = fit.parameters as FitParameters;
  const values = features(draft, place);
  return {
    pSpecialist: draft === undefined || draft.text === '' ? 0 : apply(specialist, values, specialistPrior(draft)),
    pApi: apply(api, values, apiPrior(place)),
    pApiIsPrior: fit.apiExamples === 0,
  };
}

export function apply(estimate: Estimate, values: Float64Array, prior: number): number {
  return calibrated(estimate.calibrator, raw(estimate.model, values, prior));
}

function raw(model: LogisticModel | undefined, values: Float64Array, prior: number): number {
  return model === undefined ? prior : prior + linear(model, values);
}

function parametersOf(specialist: Estimate, api: Estimate): FitParameters {
  return { features: FEATURES.map((f) => f.name), specialist, api };
}

function thinned(examples: readonly CouplingExample[]): readonly CouplingExample[] {
  if (examples.length <= MAX_ROWS) return examples;
  // Labels of the API were paid for: keep those first, then an even choice of the rest.
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

interface Measured {
  readonly estimate: Estimate;
  readonly ece: number | undefined;
  readonly brier: number | undefined;
}

/** The estimate from all rows, and its calibration measured on files that its own fit never saw. */
function measured(rows: readonly Row[]): Measured {
  const probabilities: number[] = [];
  const labels: number[] = [];
  for (const { inside, outside } of splitByFile(rows)) {
    const estimate = fitEstimate(outside);
    for (const row of inside) {
      probabilities.push(apply(estimate, row.values, row.prior));
      labels.push(row.label);
    }
  }
  const any = labels.length > 0;
  return {
    estimate: fitEstimate(rows),
    ece: any ? expectedCalibrationError(probabilities, labels) : undefined,
    brier: any ? brierScore(probabilities, labels) : undefined,
  };
}

/** Chooses the penalty and fits the calibrator on out-of-fold log-odds, then the model on all rows. */
export function fitEstimate(rows: readonly Row[]): Estimate {
  if (rows.length === 0) return PRIOR_ONLY;
  const folds = splitByFile(rows);
  if (folds.length === 0) {
    // One file cannot check another: move the level a little, learn nothing about features.
    return { model: fitModel(rows, STRONGEST_L2), calibrator: { kind: 'identity' } };
  }
  let best: { l2: number; loss: number; scores: number[]; labels: number[] } | undefined;
  for (const l2 of L2_CHOICES) {
    const scores: number[] = [];
    const labels: number[] = [];
    for (const { inside, outside } of folds) {
      const model = fitModel(outside, l2);
      for (const row of inside) {
        scores.push(raw(model, row.values, row.prior));
        labels.push(row.label);
      }
    }
    const loss = scores.reduce((sum, z, i) => sum + logLoss(z, labels[i] as number), 0);
    if (best === undefined || loss < best.loss) best = { l2, loss, scores, labels };
  }
  const { l2, scores, labels } = best as NonNullable<typeof best>;
  return { model: fitModel(rows, l2), calibrator: fitCalibrator(scores, labels) };
}

function fitModel(rows: readonly Row[], l2: number): LogisticModel {
  return fitLogistic(
    rows.map((r) => r.values),
    rows.map((r) => r.label),
    rows.map((r) => r.prior),
    { l2, interceptL2: INTERCEPT_L2 },
  );
}

/**
 * Folds whose files are disjoint: files, largest first, each to the fold that has the fewest rows so far. None where
 * there are fewer than two files or ten rows.
 */
export function splitByFile<T extends { readonly path: string }>(rows: readonly T[]): { inside: T[]; outside: T[] }[] {
  const byFile = new Map<string, T[]>();
  for (const row of rows) {
    const file = byFile.get(row.path);
    if (file === undefined) byFile.set(row.path, [row]);
    else file.push(row);
  }
  if (byFile.size < 2 || rows.length < 10) return [];
  const folds = Array.from({ length: Math.min(FOLDS, byFile.size) }, () => [] as T[]);
  const files = [...byFile].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1));
  for (const [, file] of files) {
    folds.reduce((least, fold) => (fold.length < least.length ? fold : least)).push(...file);
  }
  return folds.map((inside) => ({ inside, outside: folds.filter((f) => f !== inside).flat() }));
}
