// An edit as a person sees it, as plain data: a token or some lines replaced, and the text around them. Also an edit
// that may come next, where its range is after later changes, and which edits were shown without being followed.
import { commonPrefix, commonSuffix } from '../../text/edits.ts';
import { lineNumber, lineStart, toLineFeeds } from '../../text/lines.ts';

/** What an editor shows of an edit beside the code: lines, and columns of a new line. */
const SHOWN = { lines: 24, columns: 120 };

/** Whether an editor shows the whole edit. What the user cannot see is not offered. */
export function canBeShown({ removed, replacement }: Pick<NextEdit, 'removed' | 'replacement'>): boolean {
  const [old, now] = [removed.split('\n'), replacement.split('\n')];
  return old.length + now.length <= SHOWN.lines && now.every((line) => line.length <= SHOWN.columns);
}

/**
 * The edits of all origins, those with the highest estimate first; equal ones in order. Where two lists change the same
 * text, the first edit counts.
 * @param ignored rules and places, as in `NextEditsInput`
 */
export function joinEdits(lists: readonly (readonly NextEdit[])[], ignored: readonly string[]): NextEdit[] {
  const all = lists
    .flatMap((list) => list.filter(canBeShown).map((edit) => ({ edit, list })))
    .sort((a, b) => b.edit.probability - a.edit.probability);
  const isFirst = ({ edit, list }: (typeof all)[number], i: number) =>
    !all.slice(0, i).some((other) => other.list !== list && overlap(edit, other.edit));
  return all
    .filter(isFirst)
    .map(({ edit }) => edit)
    .filter(({ rule, place }) => !ignored.includes(rule) && !ignored.includes(place));
}

function overlap(a: NextEdit, b: NextEdit): boolean {
  return (
    a.path === b.path &&
    comparePositions(a.range.start, b.range.end) <= 0 &&
    comparePositions(b.range.start, a.range.end) <= 0
  );
}

type Shown = Pick<NextEdit, 'rule' | 'place' | 'origin'>;

/** How often a place is shown after different edits, and what does not repeat others. */
const MOST_SHOWS = 2;
const REMEMBERED = 500;

export class ShownEdits {
  private readonly counts = new Map<string, number>();

  /** To be called once after each edit of the user after which this one was shown first. */
  shown({ rule, place, origin }: Shown): void {
    this.count(rule, origin === undefined ? MOST_SHOWS : this.countOf(rule) + 1);
    // An edit that repeats no others may have one name for both.
    if (place !== rule) this.count(place, this.countOf(place) + 1);
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

/** Offsets in the text before a change, UTF-16 units, end exclusive. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * A change without the unchanged text at both of its ends: an accepted suggestion replaces the line before the cursor
 * by itself, too.
 * @param before with '\n' line ends
 */
export function replacementOf(before: string, { range, text }: ReplacedRange): Replacement {
  const [from, to] = [offsetOf(before, range.start), offsetOf(before, range.end)];
  const [old, now] = [before.slice(from, to), toLineFeeds(text)];
  const start = commonPrefix(old, now);
  const end = commonSuffix(old.slice(start), now.slice(start));
  return { start: from + start, end: to - end, text: now.slice(start, now.length - end) };
}

/** `replacementOf` as a range. */
export function narrowedChange(before: string, change: ReplacedRange): ReplacedRange {
  // Most keys: spares the search for the offset.
  if (comparePositions(change.range.start, change.range.end) === 0) return change;
  const { start, end, text } = replacementOf(before, change);
  return { range: { start: positionOf(before, start), end: positionOf(before, end) }, text };
}

/**
 * Undefined if a change touched the range's text.
 * @param changes ranges in the text before the event, disjoint
 */
export function movedRange(range: Range, changes: readonly ReplacedRange[]): Range | undefined {
  let moved: Range | undefined = range;
  for (const change of lastFirst(changes)) moved = moved && movedBy(moved, change);
  return moved;
}

/** Last change first, so that the ranges of the others stay valid. */
export function lastFirst(changes: readonly ReplacedRange[]): ReplacedRange[] {
  return [...changes].sort((a, b) => comparePositions(b.range.start, a.range.start));
}

/** `movedRange` for one change. */
export function movedBy({ start, end }: Range, change: ReplacedRange): Range | undefined {
  if (comparePositions(change.range.end, start) <= 0)
    return { start: movedPosition(start, change), end: movedPosition(end, change) };
  return comparePositions(change.range.start, end) >= 0 ? { start, end } : undefined;
}

/** @param position not before the change's end */
export function movedPosition({ line, character }: Position, { range: { start, end }, text }: ReplacedRange): Position {
  const now = positionBehind(start, text);
  return line === end.line
    ? { line: now.line, character: now.character + character - end.character }
    : { line: line + now.line - end.line, character };
}

export interface CursorLine {
  readonly path: string;
  /** From 0. */
  readonly line: number;
}

export interface NextEditsInput {
  /** The journal's recent edits, oldest first. */
  readonly edits: readonly Edit[];
  /** Open documents. */
  readonly documents: readonly TextFile[];
  /** The line where the cursor rests: what the user looks at is likelier to be changed. Absent: it is not known. */
  readonly cursor?: CursorLine | undefined;
  /** The folder's other files that contain a word. Absent: only open documents are read. */
  readonly filesWith?: (word: string) => Iterable<TextFile>;
  /** Rules and places, as in `NextEdit`, that were shown and not followed. */
  readonly ignored?: readonly string[];
  /** Places without a probability of at least this are left out. */
  readonly least?: number;
  /** Time for the search, and again for parsing, ms. */
  readonly ms?: number | undefined;
}

/** Why an edit is offered, if it does not repeat others. */
export type EditOrigin =
  /** It renames a reference of what was called so. */
  | { readonly kind: 'rename'; readonly name: string }
  /** It fixes an error, as a language server proposes. */
  | { readonly kind: 'fix'; readonly title: string }
  /** A large model concludes it from the last edits. */
  | {
      readonly kind: 'follows';
      readonly model: string;
      readonly latencyMs: number;
      /** Of the call, which is booked when it is paid; 0 if the answer was known. */
      readonly costUsd: number;
    };

export interface NextEdit {
  readonly path: string;
  readonly range: Range;
  /** The text of the range. Before the edit is shown or applied, it has to be there still. */
  readonly removed: string;
  readonly replacement: string;
  /** Equal for edits of the same rule; with another example it is a new one. */
  readonly rule: string;
  /** Equal for the same change of the same line. */
  readonly place: string;
  /** Absent: it repeats others. */
  readonly origin?: EditOrigin;
  /** Newest first. */
  readonly learnedFrom: readonly Edit[];
  /** Number of places of the rule that are offered, this one included. */
  readonly left: number;
  /** Estimate that the user makes this edit. */
  readonly probability: number;
}

/** In lines and UTF-16 units of them, both from 0. Line ends count as one unit, so that CRLF changes nothing. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

/** The end is exclusive. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** A range of the text before a change, and the text that replaces it. */
export interface ReplacedRange {
  readonly range: Range;
  readonly text: string;
}

/**
 * How a change came: typed (or a suggestion taken), pasted, typed at several cursors at once, or by a tool such as a
 * formatter or a refactoring.
 */
export type ChangeKind = 'typed' | 'undo' | 'redo' | 'pasted' | 'cursors' | 'tool';

export interface TextFile {
  readonly path: string;
  /** With '\n' as line end. */
  readonly text: string;
}

export interface Edit {
  readonly path: string;
  readonly kind: ChangeKind;
  /** Up to two lines and the line's beginning before the edit, unchanged. All texts are redacted. */
  readonly left: string;
  readonly removed: string;
  readonly inserted: string;
  /** The line's rest and up to two lines behind the edit, unchanged. */
  readonly right: string;
  /**
   * Offset of `inserted` in the file's present text, UTF-16 units with '\n' as line end; -1 if it was changed again.
   */
  readonly at: number;
  /** ms since the epoch. */
  readonly time: number;
  /** Whether a part of `removed` or `inserted` is a secret, so that the texts hold asterisks. */
  readonly hasSecret: boolean;
}

/** A recent change: whole lines as they were, and as they are, both without the last line end; '' is no line. */
export interface RecentChange {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/** What a model is told of the edits. */
export interface EditHistory {
  /** Finished edits, oldest first. */
  readonly edits: readonly Edit[];
  /** Whole lines that the edit under way replaces, as an edit that only removes them. */
  readonly replaced?: Edit;
}

/** Offset of a position in a text with '\n' as line end; the text's end if it lies behind it. */
export function offsetOf(text: string, { line, character }: Position): number {
  let start = 0;
  for (let number = 0; number < line; number++) {
    const end = text.indexOf('\n', start);
    if (end < 0) return text.length;
    start = end + 1;
  }
  return Math.min(start + character, text.length);
}

export function positionOf(text: string, offset: number): Position {
  return { line: lineNumber(text, offset), character: offset - lineStart(text, offset) };
}

/** Negative if `a` comes first, 0 if both are equal. */
export function comparePositions(a: Position, b: Position): number {
  return a.line - b.line || a.character - b.character;
}

/** The position behind a text that was inserted at one. */
export function positionBehind({ line, character }: Position, text: string): Position {
  const inside = positionOf(text, text.length);
  return inside.line === 0
    ? { line, character: character + inside.character }
    : { line: line + inside.line, character: inside.character };
}
