// Softmax regression (multinomial logistic regression) over sparse rows.
// For dense rows, use dense-softmax.ts. For two outcomes and few features, use logistic.ts, whose Newton steps need a
// matrix of all pairs of features.
import { type LbfgsOptions, lbfgs } from './lbfgs.ts';

export const CONVERGED: LbfgsOptions = { iterations: 200, tolerance: 2e-4 };
/** A very small penalty, which keeps the bias of a class without examples finite. */
export const BIAS_L2 = 1e-3;

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

export interface SoftmaxExample {
  readonly row: SparseRow;
  /** Index of its class. */
  readonly label: number;
  /** The number of examples that it counts as. Default: 1. */
  readonly weight?: number;
}

/** Logits of the classes, up to a common constant, [classes]. Columns unknown to the model are ignored. */
export function logitsOf({ classes, weights }: SoftmaxModel, { columns, values }: SparseRow): Float64Array {
  const bias = weights.length - classes;
  const logits = Float64Array.from({ length: classes }, (_, c) => weights[bias + c] as number);
  for (let k = 0; k < columns.length; k++) {
    const at = (columns[k] as number) * classes;
    if (at >= bias) continue;
    const value = values[k] as number;
    for (let c = 0; c < classes; c++) logits[c] = (logits[c] as number) + value * (weights[at + c] as number);
  }
  return logits;
}

/**
 * Penalised maximum likelihood, to convergence.
 * @param width number of columns
 * @param l2 penalty on squared weights, in units of summed log-loss; biases have almost none
 */
export function fitSoftmax(
  examples: readonly SoftmaxExample[],
  classes: number,
  width: number,
  l2: number,
): SoftmaxModel {
  const size = (width + 1) * classes;
  const bias = width * classes;
  const evaluate = (theta: Float64Array, gradient: Float64Array): number => {
    let loss = 0;
    for (let i = 0; i < bias; i++) {
      const w = theta[i] as number;
      loss += (l2 * w * w) / 2;
      gradient[i] = l2 * w;
    }
    for (let i = bias; i < size; i++) {
      loss += (BIAS_L2 * (theta[i] as number) ** 2) / 2;
      gradient[i] = BIAS_L2 * (theta[i] as number);
    }
    const [logits, errors] = [new Float64Array(classes), new Float64Array(classes)];
    for (const { row, label, weight = 1 } of examples) {
      const { columns, values } = row;
      for (let c = 0; c < classes; c++) logits[c] = theta[bias + c] as number;
      for (let k = 0; k < columns.length; k++) {
        const at = (columns[k] as number) * classes;
        const value = values[k] as number;
        for (let c = 0; c < classes; c++) logits[c] = (logits[c] as number) + value * (theta[at + c] as number);
      }
      loss -= weight * Math.log(Math.max(1e-300, softmaxInPlace(logits, 0, classes, label)));
      for (let c = 0; c < classes; c++) {
        errors[c] = weight * ((logits[c] as number) - (c === label ? 1 : 0));
        gradient[bias + c] = (gradient[bias + c] as number) + (errors[c] as number);
      }
      for (let k = 0; k < columns.length; k++) {
        const at = (columns[k] as number) * classes;
        const value = values[k] as number;
        for (let c = 0; c < classes; c++)
          gradient[at + c] = (gradient[at + c] as number) + value * (errors[c] as number);
      }
    }
    return loss;
  };
  const weights = lbfgs(new Float64Array(size), evaluate, CONVERGED);
  return { classes, weights: Float32Array.from(weights) };
}

/** Converts the logits from `at` to probabilities in place. @returns the probability of `label` */
export function softmaxInPlace(logits: Float64Array, at: number, classes: number, label: number): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (let c = at; c < at + classes; c++) highest = Math.max(highest, logits[c] as number);
  let sum = 0;
  for (let c = at; c < at + classes; c++) sum += logits[c] = Math.exp((logits[c] as number) - highest);
  for (let c = at; c < at + classes; c++) logits[c] = (logits[c] as number) / sum;
  return logits[at + label] as number;
}
