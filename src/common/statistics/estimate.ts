// Calibrated probabilities from a prior and features. Cross-validation by file chooses penalty and calibrator.
import { expectedCalibrationError, fitCalibrator } from './calibrate.ts';
import { splitByFile } from './folds.ts';
import { fitLogistic, type LogisticModel, linear, logLoss, sigmoid } from './logistic.ts';

/** An estimator: log-odds = prior + model, then calibrated. Without a model, the log-odds are the prior. */
export interface Estimate {
  readonly model?: LogisticModel | undefined;
  /** Of these log-odds; absent: none. */
  readonly calibrator?: LogisticModel | undefined;
}

/** What is known of an answer, the only input of its estimate. */
export interface Numbers {
  readonly values: Float64Array;
  /** Prior log-odds, before the features are considered. */
  readonly prior: number;
}

/** Labelled numbers, the only input of the fit. */
export interface LabelledVector extends Numbers {
  readonly path: string;
  /** 1: right, 0: wrong. */
  readonly label: number;
}

const L2_CHOICES = [1, 10, 100, 1000];
const STRONGEST_L2 = 1000;
/**
 * A prior worth about four examples. A few labels change the intercept little; after fifty labels the prior has almost
 * no effect.
 */
const INTERCEPT_L2 = 1;

/** The probability for a row of numbers. */
export function estimateOf({ model, calibrator }: Estimate, { values, prior }: Numbers): number {
  const score = logOddsOf(model, values, prior);
  return sigmoid(calibrator === undefined ? score : score + linear(calibrator, [score]));
}

function logOddsOf(model: LogisticModel | undefined, values: Float64Array, prior: number): number {
  return model === undefined ? prior : prior + linear(model, values);
}

export interface MeasuredEstimate {
  readonly estimate: Estimate;
  /** Number of rows that it was fitted on. */
  readonly rows: number;
  /** Undefined if there are too few files or rows to measure it. */
  readonly ece: number | undefined;
  /** Out-of-fold probability of each row. Empty if there are too few files or rows. */
  readonly outOfFold: ReadonlyMap<LabelledVector, number>;
}

/** The estimator fitted on all rows, and its calibration measured out-of-fold by file. */
export function measuredEstimate(rows: readonly LabelledVector[]): MeasuredEstimate {
  const outOfFold = new Map<LabelledVector, number>();
  for (const { heldOut, rest } of splitByFile(rows)) {
    const estimate = fitEstimate(rest);
    for (const row of heldOut) outOfFold.set(row, estimateOf(estimate, row));
  }
  const probabilities = [...outOfFold.values()];
  const labels = [...outOfFold.keys()].map((row) => row.label);
  return {
    estimate: fitEstimate(rows),
    rows: rows.length,
    ece: labels.length > 0 ? expectedCalibrationError(probabilities, labels) : undefined,
    outOfFold,
  };
}

/** Chooses the penalty and fits the calibrator on out-of-fold log-odds, then the model on all rows. */
export function fitEstimate(rows: readonly LabelledVector[]): Estimate {
  if (rows.length === 0) return {};
  const folds = splitByFile(rows);
  if (folds.length === 0) {
    // Cross-validation is impossible with one file, so only the intercept may change noticeably.
    return { model: fitModel(rows, STRONGEST_L2) };
  }
  let best: { l2: number; loss: number; scores: number[]; labels: number[] } | undefined;
  for (const l2 of L2_CHOICES) {
    const scores: number[] = [];
    const labels: number[] = [];
    for (const { heldOut, rest } of folds) {
      const model = fitModel(rest, l2);
      for (const row of heldOut) {
        scores.push(logOddsOf(model, row.values, row.prior));
        labels.push(row.label);
      }
    }
    const loss = scores.reduce((sum, z, i) => sum + logLoss(z, labels[i] as number), 0);
    if (best === undefined || loss < best.loss) best = { l2, loss, scores, labels };
  }
  const { l2, scores, labels } = best as NonNullable<typeof best>;
  return { model: fitModel(rows, l2), calibrator: fitCalibrator(scores, labels) };
}

function fitModel(rows: readonly LabelledVector[], l2: number): LogisticModel {
  return fitLogistic(
    rows.map((r) => r.values),
    rows.map((r) => r.label),
    rows.map((r) => r.prior),
    { l2, interceptL2: INTERCEPT_L2 },
  );
}
