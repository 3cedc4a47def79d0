// The open texts of a folder, as the editor reports their changes.
import { narrowed, type Replacement, replaced } from './edit.ts';

export interface MirroredChange {
  readonly before: string;
  readonly after: string;
  /** Ranges in the text before, without equal ends, disjoint and in order. */
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

  /** What an event changes in a text; undefined if the text is not open, or nothing is changed. */
  read(path: string, ranges: readonly Replacement[]): MirroredChange | undefined {
    const before = this.texts.get(path);
    if (before === undefined) return undefined;
    const [first, ...others] = ranges.map((range) => narrowed(before, range)).sort((a, b) => a.start - b.start);
    if (first === undefined) return undefined;
    const replacements = [first, ...others] as const;
    return { before, after: replaced(before, replacements), replacements };
  }
}
