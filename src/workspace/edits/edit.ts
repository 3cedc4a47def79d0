// An edit as a person sees it, as plain data: a token or some lines replaced, and the text around them.

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
  /** Offset of `inserted` in the file's present text, UTF-16 units with '\n' as line end; -1 if it was changed again. */
  readonly at: number;
  /** ms since the epoch. */
  readonly time: number;
  /** Whether a part of `removed` or `inserted` is a secret, so that the texts hold asterisks. */
  readonly hasSecret: boolean;
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
  let [line, start] = [0, 0];
  for (let end = text.indexOf('\n'); end >= 0 && end < offset; end = text.indexOf('\n', start)) {
    line++;
    start = end + 1;
  }
  return { line, character: offset - start };
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
