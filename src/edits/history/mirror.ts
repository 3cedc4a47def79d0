// The open texts of a folder, as the editor reports their changes.
import { narrowed, type Replacement, replaced } from './edit.ts';

export interface MirroredChange {
  readonly before: string;
  readonly after: string;
  /** In the text before, disjoint and in order, as the editor has them. */
  readonly ranges: readonly Replacement[];
  /** The same without equal ends. */
  readonly replacements: readonly [Replacement, ...Replacement[]];
}

export class Mirror {
  private readonly texts = new Map<string, string>();

  set(path: string, text: string): void {
    this.texts.set(path, text);
  }

  close(path: string): void {
    this.texts.delete(path);
  }

  textOf(path: string): string | undefined {
    return this.texts.get(path);
  }

  /** What an event changes: the text stays as it was until `set`. Undefined if it is not open, or there is no range. */
  read(path: string, ranges: readonly Replacement[]): MirroredChange | undefined {
    const before = this.texts.get(path);
    if (before === undefined) return undefined;
    const sorted = ranges.toSorted((a, b) => a.start - b.start);
    const [first, ...others] = sorted.map((range) => narrowed(before, range));
    if (first === undefined) return undefined;
    return { before, after: replaced(before, sorted), ranges: sorted, replacements: [first, ...others] };
  }
}
