// Conditional logit: the probabilities that each option is chosen, with 'none of these' as an additional option.
// Source: McFadden 1974, Conditional logit analysis of qualitative choice behavior.
import { adam } from './adam.ts';

/** Feature values of the options and of 'none of these'. `none` is undefined if one option must be right. */
export interface ChoiceSet {
  readonly candidates: readonly { readonly features: Float32Array }[];
  readonly none: Float32Array | undefined;
}

/** A choice with a known outcome. */
export interface ChoiceExample extends ChoiceSet {
  /** Index of the right candidate, or -1 if none is right. */
  readonly right: number;
}

/**
 * Probability of each candidate, then of 'none of these' if that is possible.
 * @param weights the weights of the candidates' features, then of the features of 'none of these'
 */
export function choiceProbabilities({ candidates, none }: ChoiceSet, weights: ArrayLike<number>): number[] {
  const logits = candidates.map(({ features }) => dot(features, weights, 0));
  if (none) logits.push(dot(none, weights, weights.length - none.length));
  return softmax(logits);
}

/** Maximum likelihood with a Gaussian prior at the start, worth `prior` examples. Deterministic. */
export function fitConditionalLogit(
  examples: readonly ChoiceExample[],
  start: ArrayLike<number>,
  prior: number,
  steps = 300,
): Float64Array {
  const addGradient = (weights: Float64Array, gradient: Float64Array) => {
    for (const example of examples) {
      const { candidates, none, right } = example;
      const target = right < 0 ? candidates.length : right;
      choiceProbabilities(example, weights).forEach((probability, option) => {
        const error = probability - (option === target ? 1 : 0);
        const values = candidates[option]?.features ?? (none as Float32Array);
        const offset = option === candidates.length ? weights.length - values.length : 0;
        for (let i = 0; i < values.length; i++) {
          gradient[offset + i] = (gradient[offset + i] as number) + error * (values[i] as number);
        }
      });
    }
  };
  return adam(start, addGradient, { steps, rate: 0.05, examples: examples.length, prior });
}

function dot(values: Float32Array, weights: ArrayLike<number>, offset: number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] as number) * (weights[offset + i] as number);
  return sum;
}

export function softmax(logits: ArrayLike<number>): number[] {
  const values = Array.from(logits);
  const highest = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - highest));
  const sum = powers.reduce((total, value) => total + value, 0);
  return powers.map((value) => value / sum);
}
