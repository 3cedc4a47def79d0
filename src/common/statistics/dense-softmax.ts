// Softmax regression over dense rows.
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

export interface DenseExample {
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
