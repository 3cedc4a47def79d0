// The validation loss: of the model on held-out tokens, and of its mixture with another model.
import type { HeldOutBatch } from './batches.ts';
import type { Stepper } from './stepper.ts';

/** A loss on the validation examples, nats per token, after `step` steps. */
export interface ValidationLoss {
  readonly step: number;
  readonly loss: number;
  /**
   * The loss of the mixture with the other model, on tokens whose probability under that model is known; absent if
   * there are none. NaN if a loss was NaN.
   */
  readonly mixed?: number;
}

/** The loss that decides when a run stops and which parameters it keeps: the mixture's, because the mixture serves. */
function selectionLoss({ loss, mixed = loss }: ValidationLoss): number {
  // NaN is null in a checkpoint.
  return Number.isFinite(mixed) ? mixed : Number.POSITIVE_INFINITY;
}

/** The first of the lowest losses; undefined if there is none. */
export function bestValidation(all: readonly ValidationLoss[]): ValidationLoss | undefined {
  const [first, ...later] = all;
  return first && later.reduce((best, each) => (selectionLoss(each) < selectionLoss(best) ? each : best), first);
}

/** Number of validations after the best one. */
export function validationsSinceBest(all: readonly ValidationLoss[]): number {
  const best = bestValidation(all);
  return best ? all.length - 1 - all.indexOf(best) : 0;
}

/**
 * The losses over batches whose weights together sum to 1. For the mixture it interpolates both models with the single
 * weight that fits these tokens best. When serving, a gate weights each token, but it is fitted only after training. As
 * with the gate, learning what the other model already predicts lowers the mixture's loss little. Undefined if
 * `onPause`, which runs after each batch, returned false.
 */
export async function validate(
  stepper: Stepper,
  batches: readonly HeldOutBatch[],
  onPause: () => Promise<boolean>,
): Promise<ValidationLoss | undefined> {
  const first: number[] = [];
  const second: number[] = [];
  const weights: number[] = [];
  let loss = 0;
  for (const batch of batches) {
    const ofBatch = await stepper.loss(batch);
    loss += ofBatch.loss;
    batch.otherProbabilities.forEach((otherProbability, i) => {
      const weight = batch.weights[i] as number;
      if (Number.isNaN(otherProbability) || weight === 0) return;
      first.push(Math.exp(-(ofBatch.losses[i] as number)));
      second.push(otherProbability);
      weights.push(weight);
    });
    if (!(await onPause())) return undefined;
  }
  const mixed = weights.length > 0 ? { mixed: fitInterpolation({ first, second, weights }).loss } : {};
  return { step: stepper.step, loss, ...mixed };
}

/** Interpolation by expectation maximisation (Jelinek & Mercer 1980), whose maximum is unique. */
const STEPS = 40;
const MINIMUM_PROBABILITY = 1e-9;
/** Minimum share of each model, so that neither is excluded completely. */
const MINIMUM_SHARE = 0.02;

/** Observed events and their weights. */
interface EventProbabilities {
  /** Probability of each event under the first and the second model, 0..1. */
  readonly first: ArrayLike<number>;
  readonly second: ArrayLike<number>;
  readonly weights: ArrayLike<number>;
}

/** @returns the first model's share, and the mean log loss of the mixture, nats. Deterministic. */
export function fitInterpolation({ first, second, weights }: EventProbabilities): {
  readonly share: number;
  readonly loss: number;
} {
  const mixtureProbability = (share: number, i: number) =>
    Math.max(MINIMUM_PROBABILITY, share * (first[i] as number) + (1 - share) * (second[i] as number));
  let totalWeight = 0;
  for (let i = 0; i < weights.length; i++) totalWeight += weights[i] as number;
  let share = 0.5;
  for (let step = 0; step < STEPS && totalWeight > 0; step++) {
    let responsibility = 0;
    for (let i = 0; i < weights.length; i++)
      responsibility += ((weights[i] as number) * share * (first[i] as number)) / mixtureProbability(share, i);
    share = Math.min(1 - MINIMUM_SHARE, Math.max(MINIMUM_SHARE, responsibility / totalWeight));
  }
  let loss = 0;
  for (let i = 0; i < weights.length; i++) loss -= (weights[i] as number) * Math.log(mixtureProbability(share, i));
  return { share, loss: totalWeight > 0 ? loss / totalWeight : 0 };
}
