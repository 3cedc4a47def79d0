// Which of several classes a row belongs to: logistic regression with as many outcomes as there are classes, over sparse rows.
// Rows without gaps are dense-softmax.ts's. Two outcomes and a few features are logistic.ts's, whose Newton steps want a matrix of all pairs of features.
import { type LbfgsOptions, lbfgs } from './lbfgs.ts';

export const CONVERGED: LbfgsOptions = { iterations: 200, tolerance: 2e-4 };
/** A breath of a penalty, so that a class without examples has a bias at all. */
export const BIAS_L2 = 1e-3;

/** A row's columns that are not zero, and their values. */
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
  /** How many examples it counts as. */
  readonly weight?: number;
}

/** Log-odds of each class but for what they all share, [classes]. Columns that the model does not know are passed over. */
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
 * Maximum likelihood with a penalty, to convergence.
 * @param width columns that rows may have
 * @param l2 on squared weights, in units of summed log-loss; biases go free
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
      loss -= weight * Math.log(Math.max(1e-300, soften(logits, 0, classes, label)));
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

/** Logits from `at` to probabilities, in place: this runs for each row of each step. That of `label`. */
export function soften(logits: Float64Array, at: number, classes: number, label: number): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (let c = at; c < at + classes; c++) highest = Math.max(highest, logits[c] as number);
  let sum = 0;
  for (let c = at; c < at + classes; c++) sum += logits[c] = Math.exp((logits[c] as number) - highest);
  for (let c = at; c < at + classes; c++) logits[c] = (logits[c] as number) / sum;
  return logits[at + label] as number;
}
