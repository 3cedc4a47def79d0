// L-BFGS (Liu & Nocedal 1989): minimises smooth losses of many weights, to convergence. Deterministic.

import { add, dot } from './vectors.ts';

export interface LbfgsOptions {
  readonly iterations: number;
  /** The fit has converged if an iteration lowers the loss by less than this share. */
  readonly tolerance: number;
}

/** Number of pairs of step and gradient change that approximate the curvature. */
const MEMORY = 8;

/**
 * Minimises the loss and returns the weights.
 * @param evaluate overwrites `gradient` with the gradient at `weights`, and returns the loss
 */
export function lbfgs(
  start: Float64Array,
  evaluate: (weights: Float64Array, gradient: Float64Array) => number,
  { iterations, tolerance }: LbfgsOptions,
): Float64Array {
  let weights = start.slice();
  let gradient = new Float64Array(start.length);
  let loss = evaluate(weights, gradient);
  const pairs: { step: Float64Array; change: Float64Array; scale: number }[] = [];
  for (let iteration = 0; iteration < iterations; iteration++) {
    const direction = descent(gradient, pairs);
    const slope = dot(direction, gradient);
    if (!(slope < 0)) break;
    let rate = pairs.length === 0 ? 1 / Math.max(1, Math.sqrt(-slope)) : 1;
    const next = new Float64Array(start.length);
    const nextGradient = new Float64Array(start.length);
    let nextLoss = Number.POSITIVE_INFINITY;
    for (let tries = 0; tries < 30; tries++, rate /= 2) {
      for (let i = 0; i < next.length; i++) next[i] = (weights[i] as number) + rate * (direction[i] as number);
      nextLoss = evaluate(next, nextGradient);
      if (nextLoss <= loss + 1e-4 * rate * slope) break;
    }
    if (!(nextLoss < loss)) break;
    const step = next.map((w, i) => w - (weights[i] as number));
    const change = nextGradient.map((g, i) => g - (gradient[i] as number));
    const curvature = dot(step, change);
    if (curvature > 1e-12) {
      pairs.push({ step, change, scale: 1 / curvature });
      if (pairs.length > MEMORY) pairs.shift();
    }
    const converged = loss - nextLoss <= tolerance * Math.abs(loss);
    [weights, gradient, loss] = [next, nextGradient, nextLoss];
    if (converged) break;
  }
  return weights;
}

/** The descent direction, with the curvature from the pairs (Nocedal's two-loop recursion). */
function descent(
  gradient: Float64Array,
  pairs: readonly { readonly step: Float64Array; readonly change: Float64Array; readonly scale: number }[],
): Float64Array {
  const direction = gradient.map((g) => -g);
  const shares: number[] = [];
  for (const { step, change, scale } of [...pairs].reverse()) {
    const share = scale * dot(step, direction);
    shares.push(share);
    add(direction, change, -share);
  }
  const last = pairs.at(-1);
  if (last) {
    const size = 1 / (last.scale * dot(last.change, last.change));
    for (let i = 0; i < direction.length; i++) direction[i] = (direction[i] as number) * size;
  }
  for (const { step, change, scale } of pairs) {
    add(direction, step, (shares.pop() as number) - scale * dot(change, direction));
  }
  return direction;
}
