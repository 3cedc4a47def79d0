// A declared name and the references that a language server has listed, followed through changes of their texts. If the
// user types another name there, the references are next edits. Pure.
import { lineEnd, lineStart } from '../text/lines.ts';
import {
  comparePositions,
  type Edit,
  lastFirst,
  movedBy,
  movedPosition,
  movedRange,
  type NextEdit,
  narrowedChange,
  offsetOf,
  type Position,
  type Range,
  type ReplacedRange,
} from './history/edit.ts';

/** A place that a rename changes. */
export interface Reference {
  readonly path: string;
  /** Of the name. */
  readonly range: Range;
  /** Written beside the new name: `{ total }` becomes `{ total: sum }`. */
  readonly prefix: string;
  readonly suffix: string;
}

const NAME = /^[\p{L}_$][\p{L}\p{M}\p{N}_$]*$/u;
const WORD = /^[\p{L}\p{M}\p{N}_$]*$/u;

export class DeclaredName {
  readonly path: string;
  readonly name: string;
  private declaration: Range | undefined;
  private references: readonly Reference[] = [];
  /** Changes since the references were asked for; undefined once they are known. */
  private since: { readonly path: string; readonly changes: readonly ReplacedRange[] }[] | undefined = [];

  constructor(path: string, name: string, declaration: Range) {
    this.path = path;
    this.name = name;
    this.declaration = declaration;
  }

  /** Where the name is now; undefined: it is gone. */
  get range(): Range | undefined {
    return this.declaration;
  }

  /** Call when the references in the present text are asked for. */
  asked(): void {
    this.since = [];
  }

  /** @param references where they were when they were asked for; the declaration itself is left out */
  found(references: readonly Reference[]): void {
    const since = this.since ?? [];
    this.since = undefined;
    this.references = references;
    for (const { path, changes } of since) this.moveReferences(path, changes);
  }

  /**
   * @param changes ranges in the text before the event, disjoint
   * @param before that text, with '\n' line ends
   */
  changed(path: string, changes: readonly ReplacedRange[], before: string): void {
    this.since?.push({ path, changes });
    if (path === this.path)
      for (const change of lastFirst(changes))
        this.declaration = this.declaration && grown(this.declaration, narrowedChange(before, change));
    this.moveReferences(path, changes);
  }

  /** Whether a position is in the name, or at one of its ends. */
  isAt(path: string, position: Position): boolean {
    const { declaration } = this;
    return path === this.path && declaration !== undefined && isInside({ start: position, end: position }, declaration);
  }

  /**
   * The references as edits to the name that the user has typed.
   * @param textOf with '\n' line ends; undefined: the file is not open, and its text is to be compared later
   * @param edits the journal's
   */
  edits(textOf: (path: string) => string | undefined, edits: readonly Edit[]): NextEdit[] {
    const { path, name, declaration } = this;
    const text = textOf(path);
    if (text === undefined || declaration === undefined) return [];
    const typed = wordIn(text, declaration);
    if (typed === undefined || typed === name || !NAME.test(typed)) return [];
    const at = offsetOf(text, declaration.start);
    const edit = edits.findLast(
      (each) =>
        each.kind === 'typed' &&
        each.path === path &&
        each.at <= at &&
        at + typed.length <= each.at + each.inserted.length,
    );
    if (!edit) return [];
    const references = this.references.filter((reference) => {
      const there = textOf(reference.path);
      return there === undefined || wordIn(there, reference.range) === name;
    });
    const learnedFrom = [{ ...edit, removed: name, inserted: typed }];
    // With the number of places, so that a rename that the user follows is another one after each step.
    const rule = JSON.stringify(['rename', path, name, typed, references.length]);
    return references.map(({ path, range, prefix, suffix }) => ({
      path,
      range,
      removed: name,
      replacement: prefix + typed + suffix,
      rule,
      place: JSON.stringify(['rename', name, typed, path, lineAt(textOf(path), range.start)]),
      origin: { kind: 'rename', name },
      learnedFrom,
      left: references.length,
      probability: 1,
    }));
  }

  private moveReferences(path: string, changes: readonly ReplacedRange[]): void {
    this.references = this.references.flatMap((reference) => {
      if (reference.path !== path) return [reference];
      const range = movedRange(reference.range, changes);
      return range ? [{ ...reference, range }] : [];
    });
  }
}

/** The range after a change. What is typed in it, or as a word at its ends, belongs to it. */
function grown(range: Range, change: ReplacedRange): Range | undefined {
  const isIn = isInside(change.range, range);
  if (isIn && WORD.test(change.text)) return { start: range.start, end: movedPosition(range.end, change) };
  return movedBy(range, change) ?? (isIn ? { start: range.start, end: movedPosition(range.end, change) } : undefined);
}

function isInside(inner: Range, outer: Range): boolean {
  return comparePositions(outer.start, inner.start) <= 0 && comparePositions(inner.end, outer.end) <= 0;
}

/** The text of a range, if it is not a part of a longer word. */
function wordIn(text: string, range: Range): string | undefined {
  const [start, end] = [offsetOf(text, range.start), offsetOf(text, range.end)];
  const isCut = [text[start - 1], text[end]].some((mark) => mark !== undefined && WORD.test(mark));
  return isCut ? undefined : text.slice(start, end);
}

function lineAt(text: string | undefined, position: Position): string | number {
  if (text === undefined) return position.line;
  const at = offsetOf(text, position);
  return text.slice(lineStart(text, at), lineEnd(text, at));
}
