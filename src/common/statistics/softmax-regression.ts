// Softmax regression (multinomial logistic regression) over sparse or dense rows, and the standardisation of dense ones.
// Two outcomes with an offset: logistic.ts.
import { lbfgs } from './lbfgs.ts';
import { addAt, dotAt } from './vectors.ts';

const CONVERGED = { iterations: 200, tolerance: 2e-4 };
/** A very small penalty, which keeps the bias of a class without examples finite. */
const BIAS_L2 = 1e-3;

/** The nonzero columns of a row, and their values. */
export interface SparseRow {
  readonly columns: Uint32Array;
  readonly values: Float32Array;
}

export interface SoftmaxModel {
  readonly classes: number;
  /** [columns x classes], then one bias for each class. */
  readonly weights: Float32Array;
}

/** A linear classifier head over dense rows. */
export interface DenseHead {
  /** The weights of each class, [values of a row]. */
  readonly weights: readonly Float64Array[];
  /** [classes] */
  readonly biases: Float64Array;
}

interface Example<Row> {
  readonly row: Row;
  /** Index of its class. */
  readonly label: number;
}

/** How the weights lie in memory, without the biases behind them. */
interface Layout<Row> {
  /** Adds the products of the row with each class's weights to the logits. */
  addLogits(row: Row, theta: Float64Array, logits: Float64Array): void;
  /** Adds the gradient of the classes' errors to the weights' gradient. */
  addGradient(row: Row, errors: Float64Array, gradient: Float64Array): void;
}

/**
 * Penalised maximum likelihood, to convergence: weights, then one bias for each class.
 * @param bias number of weights
 * @param l2 penalty on squared weights, in units of summed log-loss; biases have almost none
 */
function fit<Row>(
  examples: readonly Example<Row>[],
  classes: number,
  bias: number,
  l2: number,
  { addLogits, addGradient }: Layout<Row>,
): Float64Array {
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
      for (let c = 0; c < classes; c++) errors[c] = theta[bias + c] as number;
      addLogits(row, theta, errors);
      loss -= Math.log(Math.max(1e-300, softmaxInPlace(errors, label)));
      errors[label] = (errors[label] as number) - 1;
      addGradient(row, errors, gradient);
      addAt(gradient, bias, errors, 1);
    }
    return loss;
  };
  return lbfgs(new Float64Array(bias + classes), evaluate, CONVERGED);
}

/** Converts logits to probabilities in place. @returns the probability of `label` */
function softmaxInPlace(logits: Float64Array, label: number): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (const z of logits) highest = Math.max(highest, z);
  let sum = 0;
  for (let c = 0; c < logits.length; c++) sum += logits[c] = Math.exp((logits[c] as number) - highest);
  for (let c = 0; c < logits.length; c++) logits[c] = (logits[c] as number) / sum;
  return logits[label] as number;
}

/** Over sparse rows. @param width number of columns @param l2 as in `fit` */
export function fitSoftmax(
  examples: readonly Example<SparseRow>[],
  classes: number,
  width: number,
  l2: number,
): SoftmaxModel {
  const weights = fit(examples, classes, width * classes, l2, {
    addLogits: ({ columns, values }, theta, logits) => {
      for (let k = 0; k < columns.length; k++) {
        const at = (columns[k] as number) * classes;
        const value = values[k] as number;
        for (let c = 0; c < classes; c++) logits[c] = (logits[c] as number) + value * (theta[at + c] as number);
      }
    },
    addGradient: ({ columns, values }, errors, gradient) => {
      for (let k = 0; k < columns.length; k++)
        addAt(gradient, (columns[k] as number) * classes, errors, values[k] as number);
    },
  });
  return { classes, weights: Float32Array.from(weights) };
}

/** Logits of the classes, up to a common constant, [classes]. Columns unknown to the model are ignored. */
export function logitsOf({ classes, weights }: SoftmaxModel, { columns, values }: SparseRow): Float64Array {
  const bias = weights.length - classes;
  const logits = Float64Array.from({ length: classes }, (_, c) => weights[bias + c] as number);
  for (let k = 0; k < columns.length; k++) {
    const at = (columns[k] as number) * classes;
    if (at < bias) addAt(logits, 0, weights.subarray(at, at + classes), values[k] as number);
  }
  return logits;
}

/** Over rows of up to `width` values; missing ones are zero. @param l2 as in `fit` */
export function fitDenseSoftmax(
  examples: readonly Example<Float32Array>[],
  classes: number,
  width: number,
  l2: number,
): DenseHead {
  const theta = fit(examples, classes, classes * width, l2, {
    addLogits: (row, weights, logits) => {
      for (let c = 0; c < classes; c++) logits[c] = (logits[c] as number) + dotAt(row, weights, c * width);
    },
    addGradient: (row, errors, gradient) => {
      for (let c = 0; c < classes; c++) addAt(gradient, c * width, row, errors[c] as number);
    },
  });
  const weights = Array.from({ length: classes }, (_, c) => theta.slice(c * width, (c + 1) * width));
  return { weights, biases: theta.slice(classes * width) };
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
