// How much it is worth to learn what stands at a place: the more, the likelier the large model fails there, by what came of places like it.
import { Nearby, neighbourOf } from './neighbourhood.ts';
import type { PlaceFacts } from './types.ts';

/** What the large model's answer at a place came to. */
export interface AnsweredPlace {
  readonly place: PlaceFacts;
  readonly right: boolean;
}

/** A place is worth so much at least and at most, as a multiple of the average. */
const LEAST = 0.5;
const MOST = 3;
/** With fewer answers nothing is known of where it fails. */
const LEAST_ANSWERS = 20;

/** Undefined where too little is known, or it never fails. */
export function worthBy(answered: readonly AnsweredPlace[]): ((place: PlaceFacts) => number) | undefined {
  const failing = answered.filter(({ right }) => !right).length / Math.max(1, answered.length);
  if (answered.length < LEAST_ANSWERS || failing === 0) return undefined;
  const nearby = new Nearby({ places: answered.map(({ place, right }) => neighbourOf({ place, apiRight: right })) });
  return (place) => Math.min(MOST, Math.max(LEAST, (1 - nearby.at(place)) / failing));
}
