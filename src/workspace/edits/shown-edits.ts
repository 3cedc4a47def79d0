// Which edits were shown without being followed: their rules are not shown again before another example, and their
// places only once more.
import type { NextEdit } from './next-edit.ts';

type Shown = Pick<NextEdit, 'rule' | 'place' | 'origin'>;

/** How often a place is shown after different edits, and what does not repeat others. */
const MOST_SHOWS = 2;
const REMEMBERED = 500;

export class ShownEdits {
  private readonly counts = new Map<string, number>();

  /** To be called once after each edit of the user after which this one was shown first. */
  shown({ rule, place, origin }: Shown): void {
    this.count(rule, origin === undefined ? MOST_SHOWS : this.countOf(rule) + 1);
    this.count(place, this.countOf(place) + 1);
  }

  /** The user has dismissed it. */
  dismissed({ rule, place }: Pick<Shown, 'rule' | 'place'>): void {
    for (const id of [rule, place]) this.count(id, MOST_SHOWS);
  }

  /** For `nextEdits`. */
  get ignored(): string[] {
    return [...this.counts].filter(([, count]) => count >= MOST_SHOWS).map(([id]) => id);
  }

  private countOf(id: string): number {
    return this.counts.get(id) ?? 0;
  }

  private count(id: string, count: number): void {
    this.counts.delete(id);
    this.counts.set(id, count);
    if (this.counts.size > REMEMBERED) this.counts.delete(this.counts.keys().next().value as string);
  }
}
