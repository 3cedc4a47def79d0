// Weights of training samples: higher where the large model probably fails, by its answers at similar positions.
import { Nearby, neighbourOf } from './neighbourhood.ts';
import type { PositionFacts } from './types.ts';

/** A position, and whether the large model's answer was right. */
export interface AnsweredPosition {
  readonly position: PositionFacts;
  readonly right: boolean;
}

/** Bounds of a weight, as multiples of the average. */
const LEAST = 0.5;
const MOST = 3;
/** With fewer answers there are no weights. */
const LEAST_ANSWERS = 20;

/** Undefined with too few answers, or if the model never fails. */
export function worthBy(answered: readonly AnsweredPosition[]): ((position: PositionFacts) => number) | undefined {
  const failing = answered.filter(({ right }) => !right).length / Math.max(1, answered.length);
  if (answered.length < LEAST_ANSWERS || failing === 0) return undefined;
  const nearby = new Nearby({
    places: answered.map(({ position, right }) => neighbourOf({ position, apiRight: right })),
  });
  return (position) => Math.min(MOST, Math.max(LEAST, (1 - nearby.at(position)) / failing));
}
