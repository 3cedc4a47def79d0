// Adam (Kingma & Ba 2015, arXiv 1412.6980) for losses of a few hundred weights, with a Gaussian prior at the start.

export interface AdamOptions {
  readonly steps: number;
  /** Learning rate of the first step; it falls linearly to 0. */
  readonly rate: number;
  /** Number of examples that the loss averages over. */
  readonly examples: number;
  /** Number of examples that one gradient sums over. Default: all. */
  readonly batch?: number;
  /** Weight of the Gaussian prior around the start, in examples. */
  readonly prior: number;
}

/**
 * Minimises the loss and returns the weights. Without examples, returns the start. Deterministic.
 * @param addGradient adds the summed gradient of a batch at `weights` to `gradient`, which is zero
 */
export function adam(
  start: ArrayLike<number>,
  addGradient: (weights: Float64Array, gradient: Float64Array) => void,
  { steps, rate, examples, batch = examples, prior }: AdamOptions,
): Float64Array {
  const weights = Float64Array.from(start);
  if (examples === 0) return weights;
  const size = weights.length;
  const [gradient, first, second] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  const pull = prior / examples;
  for (let step = 1; step <= steps; step++) {
    gradient.fill(0);
    addGradient(weights, gradient);
    const currentRate = rate * (1 - (step - 1) / steps);
    for (let i = 0; i < size; i++) {
      const g = (gradient[i] as number) / batch + pull * ((weights[i] as number) - (start[i] as number));
      first[i] = 0.9 * (first[i] as number) + 0.1 * g;
      second[i] = 0.99 * (second[i] as number) + 0.01 * g * g;
      const momentum = (first[i] as number) / (1 - 0.9 ** step);
      const scale = Math.sqrt((second[i] as number) / (1 - 0.99 ** step)) + 1e-8;
      weights[i] = (weights[i] as number) - (currentRate * momentum) / scale;
    }
  }
  return weights;
}
