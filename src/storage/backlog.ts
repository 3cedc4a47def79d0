// Writes that are not on disk yet, in order. Another process's lock or a failing disk delayed them.

import type { SqliteStore } from './sqlite.ts';
import { isBusy, isFailing } from './sqlite-errors.ts';
import { keptCompletions } from './store.ts';

interface Pending {
  readonly write: (store: SqliteStore) => void;
  /** US dollars. Undefined for writes that are not about money; those are dropped first. */
  readonly paidUsd: number | undefined;
}

export class Backlog {
  private pending: Pending[] = [];

  get size(): number {
    return this.pending.length;
  }

  /** Number and cost of the paid answers in the backlog. */
  get unsaved(): { readonly answers: number; readonly usd: number } {
    const paid = this.pending.flatMap(({ paidUsd }) => paidUsd ?? []);
    return { answers: paid.length, usd: paid.reduce((sum, usd) => sum + usd, 0) };
  }

  add(write: Pending['write'], paidUsd?: number): void {
    this.pending.push({ write, paidUsd });
    // Only completions are dropped: they are many and free. Paid answers are always kept.
    if (this.pending.length <= 2 * keptCompletions) return;
    const kept = new Set(this.pending.filter((each) => each.paidUsd === undefined).slice(-keptCompletions));
    this.pending = this.pending.filter((each) => each.paidUsd !== undefined || kept.has(each));
  }

  /** Writes everything in order. A write that fails stays first in the backlog. */
  drain(into: SqliteStore): void {
    for (let first = this.pending[0]; first !== undefined; first = this.pending[0]) {
      try {
        first.write(into);
      } catch (error) {
        // A row that no database accepts must not block the rows after it.
        if (!isBusy(error) && !isFailing(error)) this.pending.shift();
        throw error;
      }
      this.pending.shift();
    }
  }

  /** Writes everything to a temporary store, and keeps it in the backlog until the disk is back. */
  repeat(store: SqliteStore): void {
    for (const { write } of this.pending) write(store);
  }
}
