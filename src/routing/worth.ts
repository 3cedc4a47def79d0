// Weights of training samples: higher where the large model probably fails, by its answers at similar positions.
import { Nearby, neighbourOf } from './neighbourhood.ts';
import type { PositionFacts } from './types.ts';

/** A position, and whether the large model's answer was right. */
export interface AnsweredPosition {
  readonly position: PositionFacts;
  readonly right: boolean;
}

/** Bounds of a weight, as multiples of the average. */
const MIN_WEIGHT = 0.5;
const MAX_WEIGHT = 3;
/** With fewer answers there are no weights. */
const MIN_ANSWERS = 20;

/** Undefined with too few answers, or if the model never fails. */
export function sampleWeightBy(
  answered: readonly AnsweredPosition[],
): ((position: PositionFacts) => number) | undefined {
  const failingShare = answered.filter(({ right }) => !right).length / Math.max(1, answered.length);
  if (answered.length < MIN_ANSWERS || failingShare === 0) return undefined;
  const nearby = new Nearby({
    places: answered.map(({ position, right }) => neighbourOf({ position, apiRight: right })),
  });
  return (position) => Math.min(MAX_WEIGHT, Math.max(MIN_WEIGHT, (1 - nearby.probabilityAt(position)) / failingShare));
}
