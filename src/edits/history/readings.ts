// What changes of a text say: edits of tokens, whole lines, the word that was typed over, and how a change came. Pure.
import { changedLines } from '../../text/edits.ts';
import { wordAtEnd, wordAtStart } from '../../text/lexemes.ts';
import { lineEnd, lineNumber, lineStart, linesAround } from '../../text/lines.ts';
import { changesBetween } from './changes.ts';
import type { ChangeKind, Edit, RecentChange } from './edit.ts';
import type { MirroredChange } from './mirror.ts';
import { tokenKey } from './tokens.ts';

/** A longer edit is a move or a paste, and is left out, UTF-16 units. */
export const MAX_EDIT = 4000;
/** Length of `left` and `right`, UTF-16 units and lines above and below. */
const MAX_CONTEXT = 400;
export const CONTEXT_LINES = 2;
/** A single insertion from this length on is a paste, UTF-16 units. */
const PASTE = 40;

/** A whole text, and the same redacted in its length, so that offsets fit both. */
export interface RedactedText {
  readonly path: string;
  readonly text: string;
  readonly redacted: string;
}

/** Two versions of a text that differ only in old[start, oldEnd) and now[start, end). */
export interface Versions {
  readonly old: RedactedText;
  readonly now: RedactedText;
  readonly start: number;
  readonly oldEnd: number;
  readonly end: number;
}

export type Reason = 'undo' | 'redo' | 'accepted' | 'tool';

/** How a change came, as far as the event shows it. */
export function kindOf({ before, replacements }: MirroredChange, reason: Reason | undefined): ChangeKind {
  if (reason === 'undo' || reason === 'redo' || reason === 'tool') return reason;
  const [{ start, end, text }] = replacements;
  const isSame = replacements.every((other) => other.text === text);
  if (replacements.length > 1) return isSame && text.trim() !== '' ? 'cursors' : 'tool';
  const old = before.slice(start, end);
  const isLong = old.length >= PASTE;
  // A formatter replaces text by the same tokens, or the whole document.
  if (isLong && (tokenKey(old) === tokenKey(text) || old.length > before.length / 2) && text !== '') return 'tool';
  if (reason === 'accepted') return 'typed';
  const lines = text
    .trim()
    .split('\n')
    .filter((line) => line.trim() !== '').length;
  return text.length >= PASTE || lines > 1 ? 'pasted' : 'typed';
}

/** What differs, as whole lines; nothing if that is too long, or blank lines alone. */
export function wholeLines({ old, now, start, oldEnd, end }: Versions): RecentChange[] {
  const from = lineStart(now.text, start);
  const lines = ({ text }: RedactedText, to: number) => text.slice(from, lineEnd(text, to));
  const changed = changedLines(lines(old, oldEnd), lines(now, end));
  const isBlank = (changed.old + changed.new).trim() === '';
  if (isBlank || changed.old === changed.new || changed.old.length > MAX_EDIT || changed.new.length > MAX_EDIT)
    return [];
  const at = from + changed.start;
  // The last line of a text has no line end of its own.
  const side = ({ redacted }: RedactedText, { length }: string) =>
    length === 0 ? '' : `${redacted.slice(at, at + length - 1)}\n`;
  const to = at + changed.new.length;
  const around = linesAround(now.text, at, Math.max(at, to - 1), CONTEXT_LINES, CONTEXT_LINES);
  const below = now.redacted.slice(to, Math.min(around.end, to + MAX_CONTEXT));
  return [
    {
      path: now.path,
      line: lineNumber(now.text, at),
      before: side(old, changed.old),
      after: side(now, changed.new),
      above: now.redacted.slice(Math.max(around.start, at - MAX_CONTEXT), at),
      below: below === '' ? '' : `${below}\n`,
    },
  ];
}

/** What differs, as edits of tokens or of whole lines. */
export function editsIn({ old, now, start, oldEnd, end }: Versions, kind: ChangeKind, time: number): Edit[] {
  // Whole lines, so that tokens are whole.
  const from = lineStart(now.text, start);
  const lines = ({ text }: RedactedText, to: number) => text.slice(from, lineEnd(text, to) + 1);
  return changesBetween(lines(old, oldEnd), lines(now, end)).flatMap((change) => {
    const [oldStart, oldTo, at, to] = [change.oldStart, change.oldEnd, change.newStart, change.newEnd].map(
      (offset) => from + offset,
    ) as [number, number, number, number];
    if (oldTo - oldStart > MAX_EDIT || to - at > MAX_EDIT) return [];
    const removed = old.redacted.slice(oldStart, oldTo);
    const inserted = now.redacted.slice(at, to);
    const hasSecret = removed !== old.text.slice(oldStart, oldTo) || inserted !== now.text.slice(at, to);
    const [left, right] = [leftOf(now, at), rightOf(now, to)];
    return [{ path: now.path, kind, left, removed, inserted, right, at, time, hasSecret }];
  });
}

/** The whole lines over which the user types, as an edit that only removes them; undefined if there are none. */
export function linesReplaced({ old, now, start, oldEnd, end }: Versions, time: number): Edit | undefined {
  const { path, text } = now;
  const from = lineStart(text, start);
  const to = lineEnd(text, end);
  const hasLineEnd = old.text.slice(start, oldEnd).endsWith('\n');
  const isWhole = hasLineEnd || text.slice(end, to).trim() === '';
  if (text.slice(from, start).trim() !== '' || !isWhole) return undefined;
  const behind = hasLineEnd ? end : Math.min(text.length, to + 1);
  const removed = old.redacted.slice(from, oldEnd).replace(/\n$/, '');
  return {
    path,
    kind: 'typed',
    left: leftOf(old, from),
    removed: `${removed}\n`,
    inserted: '',
    right: rightOf(old, behind + oldEnd - end),
    at: from,
    time,
    hasSecret: old.redacted.slice(from, oldEnd) !== old.text.slice(from, oldEnd),
  };
}

/** The word whose part `before` was replaced by text[start, end), whole, as it was; '' if it was more than a word. */
export function wordReplaced(text: string, start: number, end: number, before: string): string {
  const typed = text.slice(start, end);
  if (wordAtStart(typed) !== typed) return '';
  const left = wordAtEnd(text.slice(lineStart(text, start), start));
  return wordAtStart(left + before + text.slice(end, lineEnd(text, end)));
}

/** The line's beginning and the lines above it, redacted. */
function leftOf({ text, redacted }: RedactedText, at: number): string {
  const { start } = linesAround(text, at, at, CONTEXT_LINES, 0);
  return redacted.slice(Math.max(start, at - MAX_CONTEXT), at);
}

/** The line's rest and the lines below it, redacted. */
function rightOf({ text, redacted }: RedactedText, at: number): string {
  const { end } = linesAround(text, at, at, 0, CONTEXT_LINES);
  return redacted.slice(at, Math.min(end + 1, at + MAX_CONTEXT));
}
