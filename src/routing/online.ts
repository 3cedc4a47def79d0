// What answers while typing teach: the level of each estimate, no more of it, and within bounds. A suggestion that is taken whole counts as right, one
// that is rejected as wrong. What was passed by says nothing, nor does what was taken or typed in part: how it would have gone on, nobody knows. So each
// suggestion counts once at most.
import type { Outcome } from '../common/completion.ts';
import type { Shift } from './types.ts';

/** Log-odds for an answer that nobody expected at all; fifty answers move a level by about one. */
const RATE = 0.05;
/** A level moves by this much at most, log-odds: from 0.50 to 0.68. */
const MOST = 0.75;

const LABELS: Readonly<Partial<Record<Outcome, number>>> = { accepted: 1, rejected: 0 };

export class OnlineLevels {
  private levels: Shift = { specialist: 0, api: 0 };

  get shift(): Shift {
    return this.levels;
  }

  /**
   * One step of the log-loss's gradient with respect to the level.
   * @param p as it was estimated when it was shown
   * @returns whether the level has moved
   */
  outcome(source: keyof Shift, p: number, outcome: Outcome): boolean {
    const label = LABELS[outcome];
    if (label === undefined) return false;
    const level = this.levels[source] + RATE * (label - p);
    this.levels = { ...this.levels, [source]: Math.min(MOST, Math.max(-MOST, level)) };
    return true;
  }

  /** Another fit, which has seen what is to be known: back to it. */
  forget(): void {
    this.levels = { specialist: 0, api: 0 };
  }
}
