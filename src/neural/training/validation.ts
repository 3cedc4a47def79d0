// The validation loss, which decides when a run stops and which parameters it keeps.
import type { TokenBatch } from './batches.ts';
import type { Stepper } from './stepper.ts';

/** The weighted loss on the validation examples, nats per token, after `step` steps. */
export interface ValidationLoss {
  readonly step: number;
  readonly loss: number;
}

// NaN is null in a checkpoint.
const orInfinity = ({ loss }: ValidationLoss) => (Number.isFinite(loss) ? loss : Number.POSITIVE_INFINITY);

/** The first of the lowest losses; undefined if there is none. */
export function bestValidation(all: readonly ValidationLoss[]): ValidationLoss | undefined {
  const [first, ...later] = all;
  return first && later.reduce((best, each) => (orInfinity(each) < orInfinity(best) ? each : best), first);
}

/** Number of validations after the best one. */
export function validationsSinceBest(all: readonly ValidationLoss[]): number {
  const best = bestValidation(all);
  return best ? all.length - 1 - all.indexOf(best) : 0;
}

/** The loss over batches whose weights together sum to 1. Undefined if `onPause`, which runs after each, returned false. */
export async function validate(
  stepper: Stepper,
  batches: readonly TokenBatch[],
  onPause: () => Promise<boolean>,
): Promise<ValidationLoss | undefined> {
  let loss = 0;
  for (const batch of batches) {
    loss += await stepper.loss(batch);
    if (!(await onPause())) return undefined;
  }
  return { step: stepper.step, loss };
}
