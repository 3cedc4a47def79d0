// Spending limits. Money is set aside before a request goes out, so that requests side by side cannot pass a limit together.
import { type Failure, failed } from '../common/errors.ts';

/** Money set aside for one request; to be settled exactly once. */
export interface Reservation {
  /** The request is over and cost this much, US dollars; 0 where it was not paid for. */
  settle(costUsd: number): void;
}

/** One limit, US dollars; with a parent, the narrower of both holds (a run's inside a session's). */
export class Budget {
  private limit: number;
  private spent = 0;
  private reserved = 0;
  private readonly parent: Budget | undefined;

  constructor(limitUsd: number, parent?: Budget) {
    this.limit = limitUsd;
    this.parent = parent;
  }

  get limitUsd(): number {
    return this.limit;
  }

  get spentUsd(): number {
    return this.spent;
  }

  /** What may still be asked for, US dollars; never negative. */
  get remainingUsd(): number {
    const own = Math.max(0, this.limit - this.spent - this.reserved);
    return this.parent === undefined ? own : Math.min(own, this.parent.remainingUsd);
  }

  setLimit(limitUsd: number): void {
    this.limit = limitUsd;
  }

  /** Sets aside what a request will cost; undefined where that passes a limit. */
  reserve(estimateUsd: number): Reservation | undefined {
    if (estimateUsd > this.remainingUsd) return undefined;
    const outer = this.parent?.reserve(estimateUsd);
    this.reserved += estimateUsd;
    let open = true;
    return {
      settle: (costUsd) => {
        if (!open) return;
        open = false;
        this.reserved -= estimateUsd;
        this.spent += costUsd;
        outer?.settle(costUsd);
      },
    };
  }

  /** The failure that a request gets when `reserve` refuses it. */
  overBudget(): { ok: false; error: Failure } {
    const limit = this.parent !== undefined && this.parent.remainingUsd < this.limit - this.spent ? this.parent : this;
    return failed(
      'over-budget',
      `The spending limit of $${limit.limitUsd.toFixed(2)} is reached ($${limit.spentUsd.toFixed(4)} spent). ` +
        'Raise it (setting easyAdaptation.apiBudget, --budget on the command line), or go on locally.',
    );
  }
}
