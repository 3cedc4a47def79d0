// Next edits that were dismissed, taken back, or shown and not taken: they are not offered again.
import { stepOf } from '../routing/decide.ts';
import type { NextEdit } from './history/edit.ts';

/** How often a place is shown after different edits, and what does not repeat others. */
const MOST_SHOWS = 2;
const REMEMBERED = 500;

const changeOf = ({ removed, replacement }: NextEdit) => JSON.stringify([removed, replacement]);
const newestOf = ({ learnedFrom }: NextEdit) => Math.max(0, ...learnedFrom.map(({ time }) => time));

export class ShownEdits {
  private readonly counts = new Map<string, number>();
  /** Dismissed changes, and when the newest example of each was made. */
  private readonly dismissals = new Map<string, number>();

  /** To be called once after each edit of the user after which this one was shown first. */
  shown(edit: NextEdit): void {
    const { rule, place, origin } = edit;
    if (origin.kind === 'repeats') this.count(rule, MOST_SHOWS);
    else this.count(stepOf(edit), this.countOf(stepOf(edit)) + 1);
    this.count(place, this.countOf(place) + 1);
  }

  /** The user has dismissed it. */
  dismissed(edit: NextEdit): void {
    this.count(edit.rule, MOST_SHOWS);
    // A place alone says nothing of others.
    if (edit.removed !== edit.replacement) this.dismissals.set(changeOf(edit), newestOf(edit));
    this.undone(edit);
  }

  /** Whether the same change was dismissed, here or elsewhere, and no example of it was made since. */
  isDismissed(edit: NextEdit): boolean {
    const example = this.dismissals.get(changeOf(edit));
    return example !== undefined && newestOf(edit) <= example;
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
