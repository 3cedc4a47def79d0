// What a user has changed, and what may be changed next, as plain data. Offsets are UTF-16 units in a text with '\n'
// line ends; ends are exclusive.
import { commonPrefix, commonSuffix } from '../../text/edits.ts';
import { lineEnd, lineNumber, lineStart } from '../../text/lines.ts';

/** Offsets in the text before a change. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A change without the unchanged text at both of its ends: an accepted suggestion replaces its line's beginning, too. */
export function narrowed(before: string, { start, end, text }: Replacement): Replacement {
  const old = before.slice(start, end);
  const from = commonPrefix(old, text);
  const to = commonSuffix(old.slice(from), text.slice(from));
  return { start: start + from, end: end - to, text: text.slice(from, text.length - to) };
}

/** The text after changes that are disjoint and in order. */
export function replaced(text: string, replacements: readonly Replacement[]): string {
  let [result, from] = ['', 0];
  for (const { start, end, text: inserted } of replacements) {
    result += text.slice(from, start) + inserted;
    from = end;
  }
  return result + text.slice(from);
}

export interface TextSpan {
  readonly start: number;
  readonly end: number;
}

/** Where a span is after changes; undefined if one touched its text. @param changes disjoint, in order */
export function movedSpan({ start, end }: TextSpan, changes: readonly Replacement[]): TextSpan | undefined {
  let by = 0;
  for (const change of changes) {
    if (change.start >= end) break;
    if (change.end > start) return undefined;
    by += change.text.length - (change.end - change.start);
  }
  return { start: start + by, end: end + by };
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

/** An edit as a person sees it: a token or some lines replaced, and the text around them. */
export interface Edit {
  readonly path: string;
  readonly kind: ChangeKind;
  /** Up to two lines and the line's beginning before the edit, unchanged. All texts are redacted. */
  readonly left: string;
  readonly removed: string;
  readonly inserted: string;
  /** The line's rest and up to two lines behind the edit, unchanged. */
  readonly right: string;
  /** Offset of `inserted` in the file's present text; -1 if it was changed again. */
  readonly at: number;
  /** ms since the epoch. */
  readonly time: number;
  /** Whether a part of `removed` or `inserted` is a secret, so that the texts hold asterisks. */
  readonly hasSecret: boolean;
}

/** The edits that were made last, at once. @param edits oldest first */
export function lastChange(edits: readonly Edit[]): readonly Edit[] {
  const time = edits.at(-1)?.time;
  return edits.filter((edit) => edit.time === time);
}

/** A recent change: whole lines with their line ends, as they were, and as they are. All texts are redacted. */
export interface RecentChange {
  readonly path: string;
  /** Of the first changed line, from 0. */
  readonly line: number;
  readonly before: string;
  readonly after: string;
  /** The unchanged lines right above and below. */
  readonly above: string;
  readonly below: string;
}

/** As a hunk of a unified diff, with the line numbers of its time. */
export function hunkOf({ line, before, after, above, below }: RecentChange): string {
  const [over, old, now, under] = [above, before, after, below].map(linesIn) as [
    string[],
    string[],
    string[],
    string[],
  ];
  const range = (of: readonly string[]) => `${line + 1 - over.length},${over.length + of.length + under.length}`;
  return [
    `@@ -${range(old)} +${range(now)} @@`,
    ...over.map((each) => ` ${each}`),
    ...old.map((each) => `-${each}`),
    ...now.map((each) => `+${each}`),
    ...under.map((each) => ` ${each}`),
  ].join('\n');
}

/** Of lines with their line ends. */
const linesIn = (text: string) => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

/** What a model is told of the edits. */
export interface EditHistory {
  /** Finished edits, oldest first. */
  readonly edits: readonly Edit[];
  /** Whole lines that the edit under way replaces, as an edit that only removes them. */
  readonly replaced?: Edit;
}

/** Why an edit is offered. */
export type EditOrigin =
  /** It repeats others. */
  | { readonly kind: 'repeats' }
  /** It renames a reference of what was called so. */
  | { readonly kind: 'rename'; readonly name: string }
  /** It fixes an error, as a language server proposes. */
  | { readonly kind: 'fix'; readonly title: string }
  /** A language server has found an error there since the last changes: a place to go to, where nothing is changed. */
  | { readonly kind: 'error' }
  /** A large model concludes it from the last edits. */
  | {
      readonly kind: 'follows';
      readonly model: string;
      readonly latencyMs: number;
      /** Of the call, which is booked when it is paid; 0 if the answer was known. */
      readonly costUsd: number;
    };

export interface UnsurePlaces {
  readonly count: number;
  /** Files that have such places. */
  readonly paths: readonly string[];
}

/** What its finder says of a next edit. */
export interface Finding {
  readonly origin: EditOrigin;
  /** Equal for edits of the same rule; with another example it is a new one. */
  readonly rule: string;
  /** Newest first. */
  readonly learnedFrom: readonly Edit[];
  /** Number of places of the rule that are offered, this one included. */
  readonly left: number;
  /** Its places in the folder that are not sure enough. Absent: none are known. */
  readonly unsure?: UnsurePlaces;
  /** Estimate that the user makes this edit, and the least that is offered: see `leastOfEdit`. */
  readonly probability: number;
  readonly least: number;
}

/** An edit that may come next, whatever has found it. */
export interface NextEdit extends Finding, TextSpan {
  readonly path: string;
  /** From 0, of `start`. */
  readonly line: number;
  /** The text to replace. Before the edit is shown or applied, it has to be there still. */
  readonly removed: string;
  readonly replacement: string;
  /** Equal for the same change of the same line. A space in the line makes no other one of it. */
  readonly place: string;
}

/** Of a longer line only the beginning names a place, UTF-16 units. */
const MAX_LINE = 500;

export function nextEdit(file: TextFile, change: Replacement, found: Finding): NextEdit {
  const { path, text } = file;
  const { start, end, text: replacement } = change;
  const removed = text.slice(start, end);
  return {
    ...found,
    path,
    start,
    end,
    line: lineNumber(text, start),
    removed,
    replacement,
    place: placeOf(file, change),
  };
}

export function placeOf({ path, text }: TextFile, { start, end, text: replacement }: Replacement): string {
  const from = lineStart(text, start);
  const line = text.slice(from, Math.min(lineEnd(text, start), from + MAX_LINE)).replace(/\s+/g, '');
  return JSON.stringify([path, line, text.slice(start, end), replacement]);
}
