// Calibrates log-odds to probabilities by Platt scaling, and measures calibration. Isotonic regression was worse on the
// two thousand cuts of a folder (docs/research-log.md).
import { fitLogistic, type LogisticModel } from './logistic.ts';

/**
 * A correction of log-odds: score + linear(score). It is a penalised correction of the identity, which is safe with few
 * labels.
 * @param scores log-odds from a model that saw none of these examples @param labels 1: right, 0: wrong
 */
export function fitCalibrator(scores: readonly number[], labels: readonly number[]): LogisticModel {
  const options = { l2: 1, interceptL2: 1 };
  const rows = scores.map((score) => [score]);
  const model = fitLogistic(rows, labels, scores, options);
  // A negative slope would rank worse answers first, so only the intercept is fitted.
  const slope = 1 + (model.scale[0] === 0 ? 0 : (model.weights[0] as number) / (model.scale[0] as number));
  if (slope > 0) return model;
  const constant = rows.map(() => [0]);
  return fitLogistic(constant, labels, scores, options);
}

/** Expected calibration error over bins of equal width (Guo et al. 2017). NaN without examples. */
export function expectedCalibrationError(
  probabilities: readonly number[],
  labels: readonly number[],
  binCount = 10,
): number {
  const bins = Array.from({ length: binCount }, () => ({ probability: 0, right: 0 }));
  probabilities.forEach((p, i) => {
    const bin = bins[Math.min(binCount - 1, Math.floor(p * binCount))] as { probability: number; right: number };
    bin.probability += p;
    bin.right += labels[i] as number;
  });
  return bins.reduce((sum, bin) => sum + Math.abs(bin.probability - bin.right), 0) / probabilities.length;
}

/** Mean squared difference between probability and label. NaN without examples. */
export function brierScore(probabilities: readonly number[], labels: readonly number[]): number {
  return probabilities.reduce((sum, p, i) => sum + (p - (labels[i] as number)) ** 2, 0) / probabilities.length;
}
