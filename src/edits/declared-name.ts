// A declared name and the references that a language server has listed, followed through changes of their texts. If the
// user types another name there, the references are next edits. Pure.
import { leastOfEdit } from '../routing/limits.ts';
import { type Edit, movedSpan, type NextEdit, nextEdit, type Replacement, type TextSpan } from './history/edit.ts';
import type { MirroredChange } from './history/mirror.ts';

/** A place that a rename changes: the offsets of the name. */
export interface Reference extends TextSpan {
  readonly path: string;
  /** From 0, when it was listed. */
  readonly line: number;
  /** Written beside the new name: `{ total }` becomes `{ total: sum }`. */
  readonly prefix: string;
  readonly suffix: string;
}

const NAME = /^[\p{L}_$][\p{L}\p{M}\p{N}_$]*$/u;
const WORD = /^[\p{L}\p{M}\p{N}_$]*$/u;

export class DeclaredName {
  readonly path: string;
  readonly name: string;
  private declaration: TextSpan | undefined;
  private references: readonly Reference[] = [];
  /** Changes since the references were asked for; undefined once they are known. */
  private since: { readonly path: string; readonly changes: readonly Replacement[] }[] | undefined = [];

  constructor(path: string, name: string, declaration: TextSpan) {
    this.path = path;
    this.name = name;
    this.declaration = declaration;
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

  changed(path: string, { ranges, replacements }: Pick<MirroredChange, 'ranges' | 'replacements'>): void {
    this.since?.push({ path, changes: ranges });
    // Without equal ends: a suggestion that rewrites the line from its beginning is typed in the name, too. The last
    // comes first, because offsets are those of the text before.
    if (path === this.path)
      for (const change of replacements.toReversed())
        this.declaration = this.declaration && grown(this.declaration, change);
    // An applied reference may keep the old name: `{ total }` becomes `{ total: sum }`.
    this.moveReferences(path, ranges);
  }

  /** Whether an offset is in the name, or at one of its ends. */
  isAt(path: string, offset: number): boolean {
    const { declaration } = this;
    return path === this.path && declaration !== undefined && isInside({ start: offset, end: offset }, declaration);
  }

  /**
   * The references as edits to the name that the user has typed.
   * @param textOf undefined: the file is not open, and its text is to be compared later
   * @param edits the journal's
   */
  edits(textOf: (path: string) => string | undefined, edits: readonly Edit[]): NextEdit[] {
    const { path, name, declaration } = this;
    const text = textOf(path);
    if (text === undefined || declaration === undefined) return [];
    const typed = wordIn(text, declaration);
    if (typed === undefined || typed === name || !NAME.test(typed)) return [];
    const { start: at } = declaration;
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
      return there === undefined || wordIn(there, reference) === name;
    });
    const found = {
      origin: { kind: 'rename', name },
      rule: JSON.stringify(['rename', path, name, typed]),
      learnedFrom: [{ ...edit, removed: name, inserted: typed }],
      left: references.length,
      probability: 1,
      least: leastOfEdit({ kind: 'server' }),
    } as const;
    return references.map(({ path, start, end, line, prefix, suffix }) => {
      const text = textOf(path);
      const replacement = prefix + typed + suffix;
      if (text !== undefined) return nextEdit({ path, text }, { start, end, text: replacement }, found);
      const place = JSON.stringify([path, line, name, replacement]);
      return { ...found, path, start, end, line, removed: name, replacement, place };
    });
  }

  private moveReferences(path: string, changes: readonly Replacement[]): void {
    this.references = this.references.flatMap((reference) => {
      const span = reference.path === path ? movedSpan(reference, changes) : reference;
      return span ? [{ ...reference, ...span }] : [];
    });
  }
}

/** The span after a change. What is typed in it, or as a word at its ends, belongs to it. */
function grown(span: TextSpan, change: Replacement): TextSpan | undefined {
  const isIn = isInside(change, span);
  const longer = { start: span.start, end: span.end + change.text.length - (change.end - change.start) };
  if (isIn && WORD.test(change.text)) return longer;
  return movedSpan(span, [change]) ?? (isIn ? longer : undefined);
}

function isInside(inner: TextSpan, outer: TextSpan): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** The text of a span, if it is not a part of a longer word. */
function wordIn(text: string, { start, end }: TextSpan): string | undefined {
  const isCut = [text[start - 1], text[end]].some((mark) => mark !== undefined && WORD.test(mark));
  return isCut ? undefined : text.slice(start, end);
}
