// Softmax regression over dense rows.
import { lbfgs } from './lbfgs.ts';
import { BIAS_L2, CONVERGED, softmaxInPlace } from './softmax-regression.ts';
import { dot } from './vectors.ts';

/** A linear classifier head over dense rows. */
export interface DenseHead {
  /** The weights of each class, [values of a row]. */
  readonly weights: readonly Float64Array[];
  /** [classes] */
  readonly biases: Float64Array;
}

export interface DenseExample {
  /** [width] */
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
  const logits = new Float64Array(classes);
  const evaluate = (theta: Float64Array, gradient: Float64Array): number => {
    let loss = 0;
    for (let i = 0; i < theta.length; i++) {
      const w = theta[i] as number;
      const penalty = i < bias ? l2 : BIAS_L2;
      loss += (penalty * w * w) / 2;
      gradient[i] = penalty * w;
    }
    for (const { row, label } of examples) {
      for (let c = 0; c < classes; c++) logits[c] = logitOf(row, theta, c * width, theta[bias + c] as number);
      loss -= Math.log(Math.max(1e-300, softmaxInPlace(logits, 0, classes, label)));
      for (let c = 0; c < classes; c++) {
        const error = (logits[c] as number) - (c === label ? 1 : 0);
        gradient[bias + c] = (gradient[bias + c] as number) + error;
        addRow(gradient, c * width, row, error);
      }
    }
    return loss;
  };
  const theta = lbfgs(new Float64Array(bias + classes), evaluate, CONVERGED);
  const weights = Array.from({ length: classes }, (_, c) => theta.slice(c * width, (c + 1) * width));
  return { weights, biases: theta.slice(bias) };
}

/** Logits of the classes, up to a common constant, [classes]. */
export function denseLogits({ weights, biases }: DenseHead, row: Float32Array): number[] {
  return weights.map((classWeights, c) => (biases[c] as number) + dot(row, classWeights));
}

/** @param from where the weights of the class begin */
function logitOf(row: Float32Array, weights: Float64Array, from: number, bias: number): number {
  let sum = bias;
  for (let j = 0; j < row.length; j++) sum += (row[j] as number) * (weights[from + j] as number);
  return sum;
}

function addRow(gradient: Float64Array, from: number, row: Float32Array, error: number): void {
  for (let j = 0; j < row.length; j++) gradient[from + j] = (gradient[from + j] as number) + error * (row[j] as number);
}
