// Which of two sets of figures differ, those left out that no two runs have alike.

import type { Figures } from '../figures.ts';
import { flattened, type Leaf } from '../print.ts';

/** Keys of times, rates and memory. */
const ofTheMachine = /(?:-ms|-mb|-per-second|^seconds)$/;

/** The figures without those that depend on the machine's speed and memory. */
export function deterministic(figures: Figures): Figures {
  return Object.fromEntries(
    Object.entries(figures)
      .filter(([key]) => !ofTheMachine.test(key))
      .map(([key, value]) => [key, typeof value === 'object' ? deterministic(value) : value]),
  );
}

export interface Difference {
  /** Keys down to it, joined by ' / '. */
  readonly figure: string;
  /** Undefined where there is none. */
  readonly before: Leaf | undefined;
  readonly now: Leaf | undefined;
}

/** @returns how many figures either has, and those that differ, in their order */
export function differences(before: Figures, now: Figures): { compared: number; found: Difference[] } {
  const [old, fresh] = [flattened(before, ' / '), flattened(now, ' / ')];
  const names = [...new Set([...old.keys(), ...fresh.keys()])];
  const pairs = names.map((figure) => ({ figure, before: old.get(figure), now: fresh.get(figure) }));
  return { compared: names.length, found: pairs.filter((pair) => !Object.is(pair.before, pair.now)) };
}
