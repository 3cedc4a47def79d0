// Next edits that were dismissed, taken back, or shown and not taken: they are not offered again.
import type { NextEdit } from './history/edit.ts';

/** How often a place is shown after different edits, and what does not repeat others. */
const MOST_SHOWS = 2;
const REMEMBERED = 500;

export class ShownEdits {
  private readonly counts = new Map<string, number>();

  /** To be called once after each edit of the user after which this one was shown first. */
  shown({ rule, place, origin }: Pick<NextEdit, 'rule' | 'place' | 'origin'>): void {
    this.count(rule, origin.kind === 'repeats' ? MOST_SHOWS : this.countOf(rule) + 1);
    this.count(place, this.countOf(place) + 1);
  }

  /** The user has dismissed it. */
  dismissed({ rule, place }: Pick<NextEdit, 'rule' | 'place'>): void {
    this.count(rule, MOST_SHOWS);
    this.undone({ place });
  }

  /** The user has taken it back, but not its rule. */
  undone({ place }: Pick<NextEdit, 'place'>): void {
    this.count(place, MOST_SHOWS);
  }

  /** Rules and places. */
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
