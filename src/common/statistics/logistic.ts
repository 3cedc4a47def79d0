// Logistic regression with an offset and an L2 penalty, by Newton's method: small, exact, deterministic.
import { dot } from './vectors.ts';

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
  const theta = newton(design, labels, offsets, penalty);
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

function newton(
  design: Float64Array,
  labels: readonly number[],
  offsets: readonly number[],
  penalty: Float64Array,
): Float64Array {
  const size = penalty.length;
  let theta = new Float64Array(size);
  let loss = penalisedLoss(design, labels, offsets, penalty, theta);
  for (let iteration = 0; iteration < 50; iteration++) {
    const gradient = new Float64Array(size);
    const hessian = new Float64Array(size * size);
    for (let i = 0; i < labels.length; i++) {
      const row = design.subarray(i * size, i * size + size);
      const p = sigmoid((offsets[i] as number) + dot(row, theta));
      const residual = p - (labels[i] as number);
      const curvature = p * (1 - p);
      for (let a = 0; a < size; a++) {
        const x = row[a] as number;
        if (x === 0) continue;
        gradient[a] = (gradient[a] as number) + residual * x;
        const cx = curvature * x;
        for (let b = 0; b <= a; b++)
          hessian[a * size + b] = (hessian[a * size + b] as number) + cx * (row[b] as number);
      }
    }
    for (let a = 0; a < size; a++) {
      gradient[a] = (gradient[a] as number) + (penalty[a] as number) * (theta[a] as number);
      // The jitter keeps left-out (all-zero) columns and unpenalised directions solvable.
      hessian[a * size + a] = (hessian[a * size + a] as number) + (penalty[a] as number) + 1e-9;
    }
    const step = solveCholesky(hessian, gradient, size);
    // Halve the step until the loss falls, because full Newton steps can overshoot on separable data.
    let factor = 1;
    let improved = false;
    for (let tries = 0; tries < 30 && !improved; tries++, factor /= 2) {
      const next = theta.map((t, a) => t - factor * (step[a] as number));
      const nextLoss = penalisedLoss(design, labels, offsets, penalty, next);
      if (nextLoss < loss) {
        improved = loss - nextLoss > 1e-9 * (1 + loss);
        theta = next;
        loss = nextLoss;
        if (!improved) return theta;
      }
    }
    if (!improved) return theta;
  }
  return theta;
}

function penalisedLoss(
  design: Float64Array,
  labels: readonly number[],
  offsets: readonly number[],
  penalty: Float64Array,
  theta: Float64Array,
): number {
  const size = theta.length;
  let loss = 0;
  for (let i = 0; i < labels.length; i++) {
    const row = design.subarray(i * size, i * size + size);
    loss += logLoss((offsets[i] as number) + dot(row, theta), labels[i] as number);
  }
  for (let a = 0; a < size; a++) loss += ((penalty[a] as number) * (theta[a] as number) ** 2) / 2;
  return loss;
}

/** Solves the symmetric positive definite system whose lower triangle is in `matrix` (row-major, overwritten). */
function solveCholesky(matrix: Float64Array, right: Float64Array, size: number): Float64Array {
  const at = (a: number, b: number) => matrix[a * size + b] as number;
  for (let a = 0; a < size; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = at(a, b);
      for (let k = 0; k < b; k++) sum -= at(a, k) * at(b, k);
      matrix[a * size + b] = a === b ? Math.sqrt(Math.max(sum, 1e-12)) : sum / at(b, b);
    }
  }
  const x = Float64Array.from(right);
  for (let a = 0; a < size; a++) {
    for (let k = 0; k < a; k++) x[a] = (x[a] as number) - at(a, k) * (x[k] as number);
    x[a] = (x[a] as number) / at(a, a);
  }
  for (let a = size - 1; a >= 0; a--) {
    for (let k = a + 1; k < size; k++) x[a] = (x[a] as number) - at(k, a) * (x[k] as number);
    x[a] = (x[a] as number) / at(a, a);
  }
  return x;
}
