// Calibrates log-odds to probabilities: isotonic regression with many examples, Platt scaling with few.
// Niculescu-Mizil and Caruana (2005) place the boundary near a thousand examples. Also measures calibration.
import { fitLogistic, type LogisticModel, linear, sigmoid } from './logistic.ts';

export type Calibrator =
  | { readonly kind: 'identity' }
  /** Log-odds with a linear correction: score + linear(score). */
  | { readonly kind: 'platt'; readonly model: LogisticModel }
  /** Probabilities at ascending scores, with linear interpolation between them and constant values outside. */
  | { readonly kind: 'isotonic'; readonly scores: readonly number[]; readonly values: readonly number[] };

/** Isotonic regression needs this many examples, and this many with the rarer label. */
const ISOTONIC_EXAMPLES = 1000;
const ISOTONIC_MINORITY = 100;

/** @param scores log-odds from a model that saw none of these examples @param labels 1: right, 0: wrong */
export function fitCalibrator(scores: readonly number[], labels: readonly number[]): Calibrator {
  const right = labels.reduce((sum, y) => sum + y, 0);
  const minority = Math.min(right, labels.length - right);
  if (labels.length >= ISOTONIC_EXAMPLES && minority >= ISOTONIC_MINORITY) return fitIsotonic(scores, labels);
  return fitPlatt(scores, labels);
}

export function calibrate(calibrator: Calibrator, score: number): number {
  if (calibrator.kind === 'platt') return sigmoid(score + linear(calibrator.model, [score]));
  if (calibrator.kind === 'identity') return sigmoid(score);
  const { scores, values } = calibrator;
  const above = scores.findIndex((s) => s >= score);
  if (above === 0) return values[0] as number;
  if (above === -1) return values.at(-1) as number;
  const [s0, s1] = [scores[above - 1] as number, scores[above] as number];
  const [v0, v1] = [values[above - 1] as number, values[above] as number];
  return s1 === s0 ? v1 : v0 + ((v1 - v0) * (score - s0)) / (s1 - s0);
}

/** Platt scaling as a penalised correction of the identity, which is safe with few labels. */
function fitPlatt(scores: readonly number[], labels: readonly number[]): Calibrator {
  const rows = scores.map((s) => [s]);
  const model = fitLogistic(rows, labels, scores, { l2: 1, interceptL2: 1 });
  // A negative slope would rank worse answers first, so only the intercept is fitted.
  const slope = 1 + (model.scale[0] === 0 ? 0 : (model.weights[0] as number) / (model.scale[0] as number));
  if (slope > 0) return { kind: 'platt', model };
  return {
    kind: 'platt',
    model: {
      ...fitLogistic(
        rows.map(() => [0]),
        labels,
        scores,
        { l2: 1, interceptL2: 1 },
      ),
    },
  };
}

/** Pools adjacent violators. An example with label 0.5 at each end keeps the end values away from 0 and 1. */
function fitIsotonic(scores: readonly number[], labels: readonly number[]): Calibrator {
  const order = scores.map((score, i) => ({ score, label: labels[i] as number })).sort((a, b) => a.score - b.score);
  const first = order[0]?.score ?? 0;
  const last = order.at(-1)?.score ?? 0;
  const blocks: { weight: number; score: number; label: number }[] = [];
  for (const { score, label } of [{ score: first, label: 0.5 }, ...order, { score: last, label: 0.5 }]) {
    let block = { weight: 1, score, label };
    for (let previous = blocks.at(-1); previous !== undefined; previous = blocks.at(-1)) {
      // Equal scores must share one value, so they are pooled as well.
      if (previous.label < block.label && previous.score < block.score) break;
      blocks.pop();
      const weight = previous.weight + block.weight;
      block = {
        weight,
        score: (previous.score * previous.weight + block.score * block.weight) / weight,
        label: (previous.label * previous.weight + block.label * block.weight) / weight,
      };
    }
    blocks.push(block);
  }
  return { kind: 'isotonic', scores: blocks.map((b) => b.score), values: blocks.map((b) => b.label) };
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
