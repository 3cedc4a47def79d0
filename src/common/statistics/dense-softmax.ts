// Softmax regression over dense rows. It multiplies blocks of two rows by two classes to reuse loaded values.
// The loops avoid destructured pairs, which cost ten times as much as the multiplications.
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
  /** Up to `width` values. Missing values are zero. */
  readonly row: Float32Array;
  /** Index of its class. */
  readonly label: number;
}

const EMPTY: DenseExample = { row: new Float32Array(0), label: 0 };

/** Classes are processed in pairs. An odd number gets a padding class with weights of zero. */
const roundUpToEven = (classes: number) => classes + (classes & 1);

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
  const padded = roundUpToEven(classes);
  const bias = padded * width;
  const rows = examples.length % 2 === 0 ? examples : [...examples, EMPTY];
  const logits = new Float64Array(rows.length * padded);
  const evaluate = (theta: Float64Array, gradient: Float64Array): number => {
    let loss = 0;
    for (let i = 0; i < theta.length; i++) {
      const w = theta[i] as number;
      const penalty = i < bias ? l2 : BIAS_L2;
      loss += (penalty * w * w) / 2;
      gradient[i] = penalty * w;
    }
    for (let i = 0; i < rows.length; i += 2) {
      const [a, b] = [(rows[i] as DenseExample).row, (rows[i + 1] as DenseExample).row];
      for (let c = 0; c < padded; c += 2) forward(a, b, theta, c * width, width, logits, i * padded + c, padded);
    }
    for (let i = 0; i < examples.length; i++) {
      const at = i * padded;
      const { label } = examples[i] as DenseExample;
      for (let c = 0; c < classes; c++) logits[at + c] = (logits[at + c] as number) + (theta[bias + c] as number);
      loss -= Math.log(Math.max(1e-300, softmaxInPlace(logits, at, classes, label)));
      logits[at + label] = (logits[at + label] as number) - 1;
      for (let c = 0; c < classes; c++)
        gradient[bias + c] = (gradient[bias + c] as number) + (logits[at + c] as number);
      // The padding class has no error.
      if (padded > classes) logits[at + classes] = 0;
    }
    for (let i = 0; i < rows.length; i += 2) {
      const [a, b] = [(rows[i] as DenseExample).row, (rows[i + 1] as DenseExample).row];
      for (let c = 0; c < padded; c += 2) backward(a, b, logits, i * padded + c, padded, gradient, c * width, width);
    }
    return loss;
  };
  const theta = lbfgs(new Float64Array(bias + padded), evaluate, CONVERGED);
  const weights = Array.from({ length: classes }, (_, c) => theta.slice(c * width, (c + 1) * width));
  return { weights, biases: theta.slice(bias, bias + classes) };
}

/** Logits of the classes, up to a common constant, [classes]. */
export function denseLogits({ weights, biases }: DenseHead, row: Float32Array): number[] {
  return weights.map((classWeights, c) => (biases[c] as number) + dot(row, classWeights));
}

/** Computes the logits of two rows and two classes. The logits of the second row are at an offset of `next`. */
function forward(
  a: Float32Array,
  b: Float32Array,
  theta: Float64Array,
  first: number,
  width: number,
  logits: Float64Array,
  at: number,
  rowOffset: number,
): void {
  const second = first + width;
  const sharedLength = Math.min(a.length, b.length);
  let a0 = 0;
  let a1 = 0;
  let b0 = 0;
  let b1 = 0;
  for (let j = 0; j < sharedLength; j++) {
    const v = theta[first + j] as number;
    const w = theta[second + j] as number;
    const x = a[j] as number;
    const y = b[j] as number;
    a0 += x * v;
    a1 += x * w;
    b0 += y * v;
    b1 += y * w;
  }
  for (let j = sharedLength; j < a.length; j++) {
    a0 += (a[j] as number) * (theta[first + j] as number);
    a1 += (a[j] as number) * (theta[second + j] as number);
  }
  for (let j = sharedLength; j < b.length; j++) {
    b0 += (b[j] as number) * (theta[first + j] as number);
    b1 += (b[j] as number) * (theta[second + j] as number);
  }
  logits[at] = a0;
  logits[at + 1] = a1;
  logits[at + rowOffset] = b0;
  logits[at + rowOffset + 1] = b1;
}

/** Adds the gradient of two rows and two classes. */
function backward(
  a: Float32Array,
  b: Float32Array,
  errors: Float64Array,
  at: number,
  rowOffset: number,
  gradient: Float64Array,
  first: number,
  width: number,
): void {
  const second = first + width;
  const sharedLength = Math.min(a.length, b.length);
  const a0 = errors[at] as number;
  const a1 = errors[at + 1] as number;
  const b0 = errors[at + rowOffset] as number;
  const b1 = errors[at + rowOffset + 1] as number;
  for (let j = 0; j < sharedLength; j++) {
    const x = a[j] as number;
    const y = b[j] as number;
    gradient[first + j] = (gradient[first + j] as number) + x * a0 + y * b0;
    gradient[second + j] = (gradient[second + j] as number) + x * a1 + y * b1;
  }
  for (let j = sharedLength; j < a.length; j++) {
    gradient[first + j] = (gradient[first + j] as number) + (a[j] as number) * a0;
    gradient[second + j] = (gradient[second + j] as number) + (a[j] as number) * a1;
  }
  for (let j = sharedLength; j < b.length; j++) {
    gradient[first + j] = (gradient[first + j] as number) + (b[j] as number) * b0;
    gradient[second + j] = (gradient[second + j] as number) + (b[j] as number) * b1;
  }
}
