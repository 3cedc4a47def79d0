// Writes that are not on disk yet, in order, because another process held the lock or the disk failed.

import type { SqliteStore } from './sqlite.ts';
import { isBusy, isFailing } from './sqlite-errors.ts';
import { keptCompletions } from './store.ts';

interface Pending {
  readonly write: (store: SqliteStore) => void;
  /** US dollars; undefined: the write is not about money, and is dropped first. */
  readonly paidUsd: number | undefined;
}

export class Backlog {
  private pending: Pending[] = [];

  get size(): number {
    return this.pending.length;
  }

  /** The paid answers among the pending writes. */
  get unsaved(): { readonly answers: number; readonly usd: number } {
    const paid = this.pending.flatMap(({ paidUsd }) => paidUsd ?? []);
    return { answers: paid.length, usd: paid.reduce((sum, usd) => sum + usd, 0) };
  }

  add(write: Pending['write'], paidUsd?: number): void {
    this.pending.push({ write, paidUsd });
    // Completions are many and cost nothing, so the oldest are dropped. Writes about money are all kept.
    if (this.pending.length <= 2 * keptCompletions) return;
    const kept = new Set(this.pending.filter((each) => each.paidUsd === undefined).slice(-keptCompletions));
    this.pending = this.pending.filter((each) => each.paidUsd !== undefined || kept.has(each));
  }

  /** Writes everything in order, and throws the first error. What was not written stays pending. */
  drain(into: SqliteStore): void {
    for (let first = this.pending[0]; first !== undefined; first = this.pending[0]) {
      try {
        first.write(into);
      } catch (error) {
        // A row that no store accepts is dropped, so that it does not block the next ones.
        if (!isBusy(error) && !isFailing(error)) this.pending.shift();
        throw error;
      }
      this.pending.shift();
    }
  }

  /** Writes everything to a store that serves until the disk works again. All writes stay pending. */
  repeat(store: SqliteStore): void {
    for (const { write } of this.pending) write(store);
  }
}
