// Fits the mixture's weights on tokens of held-out files by gradient descent on the log loss. The gradient is written
// by hand: the model is a chain of one multiplication per level.
import { adam } from '../../src/common/statistics/adam.ts';
import { softmax } from '../../src/common/statistics/conditional-logit.ts';
import { cells, type Evidence, levels, places } from '../../src/specialist/ngram/evidence.ts';
import {
  baseSize,
  escapeFeatures,
  escapeSize,
  type Mixture,
  type MixtureWeights,
} from '../../src/specialist/ngram/mixture.ts';

const L = levels.length;
const P = places.length;

/** The evidence of one held-out token, reduced to what its gradient needs. */
export interface MixtureExample {
  readonly top: number;
  readonly features: Int32Array;
  readonly totals: Float32Array;
  readonly targets: Float32Array;
  /** Order-0 probabilities: own file, project, uniform. */
  readonly base: readonly [number, number, number];
}

/** Keeps the evidence's counts for the target. Call after `mixture.prepare`. */
export function exampleOf(evidence: Evidence, mixture: Mixture, base: MixtureExample['base']): MixtureExample {
  const { top } = mixture;
  return {
    top,
    features: mixture.features.slice(0, top * escapeFeatures),
    totals: evidence.totals.slice(0, top * P),
    targets: evidence.targetTotals.slice(0, top * P),
    base,
  };
}

/** One example's loss, nats, and its gradient by place, then escape, then base. */
class Pass {
  private readonly occurrence = new Float64Array(cells);
  private readonly target = new Float64Array(L);
  private readonly total = new Float64Array(L);
  private readonly keep = new Float64Array(L);
  private readonly below = new Float64Array(L);
  private readonly toTarget = new Float64Array(L);
  private readonly toTotal = new Float64Array(L);

  /** Adds to `gradient`. */
  run(example: MixtureExample, parameters: Float64Array, gradient: Float64Array): number {
    const { occurrence, target, total, keep, below } = this;
    const { top, totals, targets, features } = example;
    for (let cell = 0; cell < top * P; cell++) occurrence[cell] = Math.exp(parameters[cell] as number);
    let targetSum = 0;
    let totalSum = 0;
    for (let level = top - 1; level >= 0; level--) {
      for (let cell = level * P; cell < (level + 1) * P; cell++) {
        targetSum += (occurrence[cell] as number) * (targets[cell] as number);
        totalSum += (occurrence[cell] as number) * (totals[cell] as number);
      }
      target[level] = targetSum;
      total[level] = totalSum;
    }
    const base = softmax(parameters.subarray(cells + escapeSize));
    let p = 0;
    for (let i = 0; i < baseSize; i++) p += (base[i] as number) * (example.base[i] as number);
    const order0 = p;
    for (let level = 0; level < top; level++) {
      let logit = 0;
      for (let i = 0; i < escapeFeatures; i++) {
        logit += parameters[cells + (features[level * escapeFeatures + i] as number)] as number;
      }
      below[level] = p;
      keep[level] = 1 / (1 + Math.exp(logit));
      p =
        (1 - (keep[level] as number)) * p +
        ((keep[level] as number) * (target[level] as number)) / (total[level] as number);
    }
    const loss = -Math.log(Math.max(p, 1e-12));
    let g = -1 / Math.max(p, 1e-12);
    for (let level = top - 1; level >= 0; level--) {
      const k = keep[level] as number;
      const share = (target[level] as number) / (total[level] as number);
      const toLogit = g * ((below[level] as number) - share) * k * (1 - k);
      for (let i = 0; i < escapeFeatures; i++) {
        const feature = cells + (features[level * escapeFeatures + i] as number);
        gradient[feature] = (gradient[feature] as number) + toLogit;
      }
      this.toTarget[level] = (g * k) / (total[level] as number);
      this.toTotal[level] = (-g * k * share) / (total[level] as number);
      g *= 1 - k;
    }
    for (let i = 0; i < baseSize; i++) {
      gradient[cells + escapeSize + i] =
        (gradient[cells + escapeSize + i] as number) + g * (base[i] as number) * ((example.base[i] as number) - order0);
    }
    let toTarget = 0;
    let toTotal = 0;
    for (let level = 0; level < top; level++) {
      toTarget += this.toTarget[level] as number;
      toTotal += this.toTotal[level] as number;
      for (let cell = level * P; cell < (level + 1) * P; cell++) {
        if (totals[cell] === 0) continue;
        gradient[cell] =
          (gradient[cell] as number) +
          (occurrence[cell] as number) * (toTarget * (targets[cell] as number) + toTotal * (totals[cell] as number));
      }
    }
    return loss;
  }
}

export interface MixtureFit {
  readonly weights: MixtureWeights;
  /** Mean log loss in nats a token, before and after. */
  readonly before: number;
  readonly after: number;
}

export interface MixtureFitOptions {
  readonly epochs: number;
  readonly rate: number;
  /** Strength of the prior, in examples. */
  readonly prior: number;
}

const batch = 128;

/** Fits in mini-batches, with the start weights as prior. Deterministic. */
export function fitMixture(
  examples: readonly MixtureExample[],
  start: MixtureWeights,
  { epochs, rate, prior }: MixtureFitOptions,
): MixtureFit {
  const pass = new Pass();
  const steps = Math.max(1, Math.ceil(examples.length / batch)) * epochs;
  const stride = mixingStride(examples.length);
  let at = 0;
  const addGradient = (parameters: Float64Array, gradient: Float64Array) => {
    for (let i = 0; i < batch; i++) {
      pass.run(examples[at] as MixtureExample, parameters, gradient);
      at = (at + stride) % examples.length;
    }
  };
  const parameters = adam(flat(start), addGradient, { steps, rate, examples: examples.length, batch, prior });
  const weights = {
    places: Float32Array.from(parameters.subarray(0, cells)),
    escape: Float32Array.from(parameters.subarray(cells, cells + escapeSize)),
    base: Float32Array.from(parameters.subarray(cells + escapeSize)),
  };
  return { weights, before: meanLoss(examples, start), after: meanLoss(examples, weights) };
}

/** A stride that is coprime to `length`, so that steps visit each index once, in a mixed order. */
function mixingStride(length: number): number {
  let stride = Math.max(1, Math.floor(length * 0.618));
  while (gcd(stride, length) > 1) stride += 1;
  return stride;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

export function meanLoss(examples: readonly MixtureExample[], weights: MixtureWeights): number {
  const [pass, parameters] = [new Pass(), flat(weights)];
  const unused = new Float64Array(parameters.length);
  return examples.reduce((sum, example) => sum + pass.run(example, parameters, unused), 0) / examples.length;
}

function flat(weights: MixtureWeights): Float64Array {
  return Float64Array.from([...weights.places, ...weights.escape, ...weights.base]);
}
