// Logistic regression with an offset and an L2 penalty: small, exact, deterministic.
import { lbfgs } from './lbfgs.ts';
import { addAt, dot } from './vectors.ts';

export interface LogisticModel {
  /** Standardisation of each feature. Scale 0 marks a constant feature, which is left out. */
  readonly mean: readonly number[];
  readonly scale: readonly number[];
  readonly weights: readonly number[];
  readonly intercept: number;
}

export interface LogisticOptions {
  /** Penalty on the squared weights of standardised features, in units of summed log-loss. */
  readonly l2: number;
  /** The same for the intercept. A value above 0 keeps it finite if all labels are equal. */
  readonly interceptL2: number;
}

const CONVERGED = { iterations: 300, tolerance: 1e-12 };

/** Log-odds of a probability, which is first kept `margin` away from 0 and 1. NaN counts as 0. */
export function logit(p: number, margin = 0.002): number {
  const clamped = p > margin ? Math.min(1 - margin, p) : margin;
  return Math.log(clamped / (1 - clamped));
}

export function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : 1 - 1 / (1 + Math.exp(x));
}

/** Log-loss of one label (0..1) at log-odds `z`, without overflow. */
export function logLoss(z: number, label: number): number {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - z * label;
}

/** Log-odds of `row`, without the offset, which the caller adds. */
export function linear(model: LogisticModel, row: ArrayLike<number>): number {
  let sum = model.intercept;
  for (let j = 0; j < model.weights.length; j++) sum += contribution(model, row, j);
  return sum;
}

/** The contribution of feature `j` to the log-odds of `row`. */
function contribution(model: LogisticModel, row: ArrayLike<number>, j: number): number {
  const scale = model.scale[j] as number;
  if (scale === 0) return 0;
  // Values are clamped to 5 standard deviations, because a linear model extrapolates without limit.
  const standard = Math.max(-5, Math.min(5, ((row[j] as number) - (model.mean[j] as number)) / scale));
  return (model.weights[j] as number) * standard;
}

/**
 * Fits log-odds = offset + intercept + weights . standardised row. The offset is the prior, and the penalty shrinks
 * towards it, so the estimate stays near the prior if there is little data.
 */
export function fitLogistic(
  rows: readonly ArrayLike<number>[],
  labels: readonly number[],
  offsets: readonly number[],
  options: LogisticOptions,
): LogisticModel {
  const width = rows[0]?.length ?? 0;
  const { mean, scale } = standardisation(rows, width);
  // Design matrix, the intercept last.
  const size = width + 1;
  const design = new Float64Array(rows.length * size);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as ArrayLike<number>;
    for (let j = 0; j < width; j++) {
      const s = scale[j] as number;
      design[i * size + j] = s === 0 ? 0 : Math.max(-5, Math.min(5, ((row[j] as number) - (mean[j] as number)) / s));
    }
    design[i * size + width] = 1;
  }
  const penalty = Float64Array.from({ length: size }, (_, j) => (j === width ? options.interceptL2 : options.l2));
  const evaluate = (theta: Float64Array, gradient: Float64Array): number => {
    let loss = 0;
    for (const [j, weight] of theta.entries()) {
      gradient[j] = (penalty[j] as number) * weight;
      loss += ((penalty[j] as number) * weight ** 2) / 2;
    }
    for (const [i, label] of labels.entries()) {
      const row = design.subarray(i * size, i * size + size);
      const z = (offsets[i] as number) + dot(row, theta);
      loss += logLoss(z, label);
      addAt(gradient, 0, row, sigmoid(z) - label);
    }
    return loss;
  };
  const theta = lbfgs(new Float64Array(size), evaluate, CONVERGED);
  return { mean, scale, weights: [...theta.subarray(0, width)], intercept: theta[width] as number };
}

function standardisation(rows: readonly ArrayLike<number>[], width: number): { mean: number[]; scale: number[] } {
  const mean = new Array<number>(width).fill(0);
  const scale = new Array<number>(width).fill(0);
  for (let j = 0; j < width; j++) {
    let sum = 0;
    for (const row of rows) sum += row[j] as number;
    const m = sum / rows.length;
    let squares = 0;
    for (const row of rows) squares += ((row[j] as number) - m) ** 2;
    const deviation = Math.sqrt(squares / rows.length);
    mean[j] = m;
    scale[j] = deviation > 1e-9 ? deviation : 0;
  }
  return { mean, scale };
}
