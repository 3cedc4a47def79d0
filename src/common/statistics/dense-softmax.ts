// Softmax regression over dense rows, and their standardisation.
import { lbfgs } from './lbfgs.ts';
import { BIAS_L2, CONVERGED, softmaxInPlace } from './softmax-regression.ts';
import { addAt, dotAt } from './vectors.ts';

/** A linear classifier head over dense rows. */
export interface DenseHead {
  /** The weights of each class, [values of a row]. */
  readonly weights: readonly Float64Array[];
  /** [classes] */
  readonly biases: Float64Array;
}

interface DenseExample {
  /** Up to `width` values. Missing values are zero. */
  readonly row: Float32Array;
  /** Index of its class. */
  readonly label: number;
}

/**
 * Penalised maximum likelihood, to convergence. The result equals that of `fitSoftmax`.
 * @param l2 penalty on squared weights, in units of summed log-loss; biases have almost none
 */
export function fitDenseSoftmax(
  examples: readonly DenseExample[],
  classes: number,
  width: number,
  l2: number,
): DenseHead {
  const bias = classes * width;
  const errors = new Float64Array(classes);
  const evaluate = (theta: Float64Array, gradient: Float64Array): number => {
    let loss = 0;
    for (let i = 0; i < theta.length; i++) {
      const w = theta[i] as number;
      const penalty = i < bias ? l2 : BIAS_L2;
      loss += (penalty * w * w) / 2;
      gradient[i] = penalty * w;
    }
    for (const { row, label } of examples) {
      for (let c = 0; c < classes; c++) errors[c] = (theta[bias + c] as number) + dotAt(row, theta, c * width);
      loss -= Math.log(Math.max(1e-300, softmaxInPlace(errors, 0, classes, label)));
      errors[label] = (errors[label] as number) - 1;
      for (let c = 0; c < classes; c++) addAt(gradient, c * width, row, errors[c] as number);
      addAt(gradient, bias, errors, 1);
    }
    return loss;
  };
  const theta = lbfgs(new Float64Array(bias + classes), evaluate, CONVERGED);
  const weights = Array.from({ length: classes }, (_, c) => theta.slice(c * width, (c + 1) * width));
  return { weights, biases: theta.slice(bias) };
}

/** Logits of the classes, up to a common constant, [classes]. */
export function denseLogits({ weights, biases }: DenseHead, row: Float32Array): number[] {
  return weights.map((classWeights, c) => (biases[c] as number) + dotAt(row, classWeights, 0));
}

export interface Standardization {
  /** Mean of each column, and the factor that scales it. */
  readonly mean: Float32Array;
  readonly scale: Float32Array;
}

/** @param rows f32 rows of equal length */
export function fitStandardization(rows: readonly Float32Array[]): Standardization {
  const width = rows[0]?.length ?? 0;
  const mean = new Float32Array(width);
  const scale = new Float32Array(width);
  for (const row of rows)
    for (let j = 0; j < width; j++) mean[j] = (mean[j] as number) + (row[j] as number) / rows.length;
  for (const row of rows) {
    for (let j = 0; j < width; j++) scale[j] = (scale[j] as number) + ((row[j] as number) - (mean[j] as number)) ** 2;
  }
  const length = Math.sqrt(Math.max(1, width));
  for (let j = 0; j < width; j++) {
    const spread = Math.sqrt((scale[j] as number) / Math.max(1, rows.length));
    // A constant column becomes zero.
    scale[j] = spread < 1e-6 * (1 + Math.abs(mean[j] as number)) ? 0 : 1 / (spread * length);
  }
  return { mean, scale };
}

export function standardize({ mean, scale }: Standardization, row: Float32Array): Float32Array {
  return row.map((x, j) => (x - (mean[j] as number)) * (scale[j] as number));
}
