// Types into a journal as an editor reports it, for tests.
import { type Edit, type Position, positionOf } from '../../../src/workspace/edits/edit.ts';
import { type DocumentChange, EditJournal } from '../../../src/workspace/edits/journal.ts';

/** An edit of 'src/a.ts' that was typed in whole lines, unless parts say otherwise. */
export function edit(parts: Partial<Edit>): Edit {
  const texts = { left: '', removed: '', inserted: '', right: '' };
  return { path: 'src/a.ts', kind: 'typed', ...texts, at: 0, time: 0, hasSecret: false, ...parts };
}

export class Desk {
  readonly journal = new EditJournal();
  time = 1_000_000;

  constructor(files: Readonly<Record<string, string>>) {
    for (const [path, text] of Object.entries(files)) this.journal.open(path, text);
  }

  text(path: string): string {
    return this.journal.textOf(path) as string;
  }

  /** One event: each of the texts, at its only or nth occurrence, is replaced. */
  change(
    path: string,
    replacements: readonly (readonly [old: string, text: string, nth?: number])[],
    how: Partial<Pick<DocumentChange, 'reason'>> = {},
  ) {
    const text = this.text(path);
    const ranges = replacements.map(([old, inserted, nth = 0]) => {
      let at = text.indexOf(old);
      for (let i = 0; i < nth; i++) at = text.indexOf(old, at + 1);
      return { range: { start: positionOf(text, at), end: positionOf(text, at + old.length) }, text: inserted };
    });
    this.time += 1000;
    return this.journal.record({ path, ranges, time: this.time, ...how });
  }

  /** Deletes a text letter by letter from its end, then types another one letter by letter. */
  type(path: string, old: string, text: string, nth = 0): void {
    const document = this.text(path);
    let at = document.indexOf(old);
    for (let i = 0; i < nth; i++) at = document.indexOf(old, at + 1);
    const place = (offset: number): Position => positionOf(this.text(path), offset);
    for (let end = at + old.length; end > at; end--) this.record(path, place(end - 1), place(end), '');
    for (const [i, letter] of [...text].entries()) this.record(path, place(at + i), place(at + i), letter);
  }

  edits() {
    return this.journal.recentEdits().map(({ removed, inserted, kind }) => ({ removed, inserted, kind }));
  }

  private record(path: string, start: Position, end: Position, text: string): void {
    this.time += 100;
    this.journal.record({ path, ranges: [{ range: { start, end }, text }], time: this.time });
  }
}
