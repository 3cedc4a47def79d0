// Writes that are not on disk yet, in order: they met another process's lock, or a disk that takes none.

import type { SqliteStore } from './sqlite.ts';
import { isBusy, isFailing } from './sqlite-errors.ts';
import { keptCompletions } from './store.ts';

interface Pending {
  readonly write: (store: SqliteStore) => void;
  /** US dollars; undefined: not about money, and dropped first. */
  readonly paidUsd: number | undefined;
}

export class Backlog {
  private pending: Pending[] = [];

  get size(): number {
    return this.pending.length;
  }

  /** Paid answers among them. */
  get unsaved(): { readonly answers: number; readonly usd: number } {
    const paid = this.pending.flatMap(({ paidUsd }) => paidUsd ?? []);
    return { answers: paid.length, usd: paid.reduce((sum, usd) => sum + usd, 0) };
  }

  add(write: Pending['write'], paidUsd?: number): void {
    this.pending.push({ write, paidUsd });
    // Completions are many and were free; money is neither.
    if (this.pending.length <= 2 * keptCompletions) return;
    const kept = new Set(this.pending.filter((each) => each.paidUsd === undefined).slice(-keptCompletions));
    this.pending = this.pending.filter((each) => each.paidUsd !== undefined || kept.has(each));
  }

  /** Writes all of it; the first that fails stays the first. */
  drain(into: SqliteStore): void {
    for (let first = this.pending[0]; first !== undefined; first = this.pending[0]) {
      try {
        first.write(into);
      } catch (error) {
        // A row that no store takes must not block those behind it.
        if (!isBusy(error) && !isFailing(error)) this.pending.shift();
        throw error;
      }
      this.pending.shift();
    }
  }

  /** The same for one that is only kept until the disk is back: all stay. */
  repeat(store: SqliteStore): void {
    for (const { write } of this.pending) write(store);
  }
}
