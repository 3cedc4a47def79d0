// Online calibration: outcomes of suggestions move the level of each estimate, within bounds. A suggestion accepted
// whole counts as right, a rejected one as wrong. Ignored and partly accepted suggestions do not count, so that each
// suggestion counts at most once.
import type { Outcome } from '../common/completion.ts';
import type { Shift } from './types.ts';

/** Step size: log-odds for a fully unexpected outcome. */
const STEP_SIZE = 0.05;
/** Maximum shift of a level, log-odds: from 0.50 to 0.68. */
const MAX_SHIFT = 0.75;

const LABELS: Readonly<Partial<Record<Outcome, number>>> = { accepted: 1, rejected: 0 };

export class OnlineLevels {
  private levels: Shift = { specialist: 0, api: 0 };

  get shift(): Shift {
    return this.levels;
  }

  /**
   * One step of the log-loss's gradient with respect to the level.
   * @param p the estimate at the time of showing
   * @returns whether the level moved
   */
  outcome(source: keyof Shift, p: number, outcome: Outcome): boolean {
    const label = LABELS[outcome];
    if (label === undefined) return false;
    const level = this.levels[source] + STEP_SIZE * (label - p);
    this.levels = { ...this.levels, [source]: Math.min(MAX_SHIFT, Math.max(-MAX_SHIFT, level)) };
    return true;
  }

  /** Resets the levels: a new fit includes the outcomes. */
  forget(): void {
    this.levels = { specialist: 0, api: 0 };
  }
}
