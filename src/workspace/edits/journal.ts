// The journal of a session's edits in one folder: changes of open documents, joined into edits as a person sees them.
// In memory only, bounded, and redacted.
import { changedLines, commonPrefix, commonSuffix } from '../../text/edits.ts';
import { wordAtEnd, wordAtStart } from '../../text/lexemes.ts';
import { lineEnd, lineNumber, lineStart } from '../../text/lines.ts';
import { redactSecrets } from '../secrets/secrets.ts';
import { changesBetween } from './changes.ts';
import {
  type ChangeKind,
  type Edit,
  type EditHistory,
  type RecentChange,
  type ReplacedRange,
  type Replacement,
  replacementOf,
} from './edit.ts';
import { tokenKey } from './tokens.ts';

/** One event of a document. */
export interface DocumentChange {
  readonly path: string;
  /** Ranges in the text before the event, disjoint, in any order, as VS Code's `contentChanges`. */
  readonly ranges: readonly ReplacedRange[];
  /** 'accepted': a suggestion of ours was taken, which is no paste. 'tool': the user has not written it. */
  readonly reason?: 'undo' | 'redo' | 'accepted' | 'tool';
  /** ms since the epoch. */
  readonly time: number;
}

export interface JournalOptions {
  /** Redacts a whole text in its length. Default: the secrets that the text alone shows. */
  readonly redact?: (text: string, path: string) => string;
}

const MAX_EDITS = 200;
/** Changes of whole lines that a large model may be told of. */
export const MAX_CHANGES = 6;
/** Edits that the models are told of. */
const HISTORY = 30;
/** All texts of the edits together, UTF-16 units. */
const MAX_SIZE = 100_000;
/** A longer edit is a move or a paste, and is left out, UTF-16 units. */
const MAX_EDIT = 4000;
/** Length of `left` and `right`, UTF-16 units and lines above and below. */
const MAX_CONTEXT = 400;
const CONTEXT_LINES = 2;
/** A change on the same line as the last, or on a line beside it, continues it. After this pause it does not, ms. */
const MAX_PAUSE = 60_000;
/** Lines of one burst of typing. */
const MAX_LINES = 40;
/** A single insertion from this length on is a paste, UTF-16 units. */
const PASTE = 40;

/** In a longer text, changes that are not typed are recorded at a pause: each is searched for secrets. UTF-16 units. */
const LONG = 50_000;
/** What waited spans at most this, or none of it is told, UTF-16 units. */
const MAX_SPAN = 40_000;
/** Whole texts that stay redacted: a change has two, and the second is the next one's first. */
const KEPT_TEXTS = 3;

/** A whole text, and the same redacted. */
interface RedactedText {
  readonly path: string;
  readonly text: string;
  readonly redacted: string;
}

/** Two versions of a text that differ only in old[start, oldEnd) and now[start, end). */
interface Versions {
  readonly old: RedactedText;
  readonly now: RedactedText;
  readonly start: number;
  readonly oldEnd: number;
  readonly end: number;
}

/** Changes of one kind in a long text, up to `after`, that wait for a pause. */
interface Waiting {
  readonly path: string;
  readonly kind: ChangeKind;
  readonly after: string;
  readonly time: number;
}

/** Changes that are not yet closed: text[start, end) was `before`. */
interface Burst {
  readonly path: string;
  readonly before: string;
  readonly start: number;
  readonly end: number;
  readonly time: number;
  /** Offset of the last change. */
  readonly last: number;
}

export class EditJournal {
  private readonly redact: (text: string, path: string) => string;
  private readonly texts = new Map<string, string>();
  /** Oldest first. */
  private edits: Edit[] = [];
  private burst: Burst | undefined;
  /** The lines that a burst replaces, for the burst's beginning. */
  private replaced: { readonly of: string; readonly lines: Edit | undefined } | undefined;
  /** The edits of the burst so far. */
  private burstEdits: readonly Edit[] | undefined;
  /** The latest finished changes of whole lines, oldest first. */
  private changes: readonly RecentChange[] = [];
  private waiting: Waiting | undefined;
  /** Newest last. */
  private redactedTexts: readonly RedactedText[] = [];

  constructor({ redact = (text, path) => redactSecrets(text, path).text }: JournalOptions = {}) {
    this.redact = redact;
  }

  /**
   * A document was opened. Changes of documents that were not opened here are ignored. @param text with '\n' line ends
   */
  open(path: string, text: string): void {
    this.recordWaiting();
    if (this.burst?.path === path) this.close();
    this.texts.set(path, text);
  }

  /** The edits of a closed document stay. */
  closed(path: string): void {
    this.recordWaiting();
    if (this.burst?.path === path) this.close();
    this.texts.delete(path);
    this.edits = this.edits.map((edit) => (edit.path === path ? { ...edit, at: -1 } : edit));
  }

  textOf(path: string): string | undefined {
    return this.waiting?.path === path ? this.waiting.after : this.texts.get(path);
  }

  /** Forgets everything but the open texts. @param path only the edits of this file */
  clear(path?: string): void {
    this.recordWaiting();
    this.edits = path === undefined ? [] : this.edits.filter((edit) => edit.path !== path);
    this.changes = path === undefined ? [] : this.changes.filter((change) => change.path !== path);
    if (path !== undefined && this.burst?.path !== path) return;
    this.burst = undefined;
    this.burstEdits = undefined;
  }

  /** Oldest first, with those of the burst under way; the edit that was changed last comes last. */
  recentEdits(): readonly Edit[] {
    this.recordWaiting();
    this.burstEdits ??= this.editsOfBurst();
    return [...this.edits, ...this.burstEdits];
  }

  /** The edits without those of the burst under way and those that wait, and the whole lines that the burst replaces. */
  history(): EditHistory {
    const replaced = this.replacedLines();
    return { edits: this.edits.slice(-HISTORY), ...(replaced && { replaced }) };
  }

  /** The latest changes as whole lines, oldest first; that of the burst under way comes last. */
  recentChanges(): readonly RecentChange[] {
    this.recordWaiting();
    const { burst } = this;
    return [...this.changes, ...(burst ? wholeLines(this.versionsOf(burst)) : [])].slice(-MAX_CHANGES);
  }

  /**
   * The word that the burst under way was typed over, whole, as it was; '' if more than a word was replaced. Undefined
   * if nothing was, or if the burst does not end at the offset.
   */
  wordReplacedAt(path: string, offset: number): string | undefined {
    const { burst } = this;
    if (burst?.path !== path || burst.end !== offset || burst.before.trim() === '') return undefined;
    const text = this.texts.get(path) ?? '';
    const typed = text.slice(burst.start, offset);
    if (wordAtStart(typed) !== typed) return '';
    const left = wordAtEnd(text.slice(lineStart(text, burst.start), burst.start));
    return wordAtStart(left + burst.before + text.slice(offset, lineEnd(text, offset)));
  }

  record(change: DocumentChange): ChangeKind | undefined {
    const { path, time } = change;
    const before = this.textOf(path);
    if (before === undefined || change.ranges.length === 0) return undefined;
    const replacements = change.ranges.map((item) => replacementOf(before, item)).sort((a, b) => a.start - b.start);
    const kind = kindOf(change, before, replacements);
    const waits = kind !== 'typed' && before.length > LONG;
    if (!waits || this.waiting?.path !== path || this.waiting.kind !== kind) this.recordWaiting();
    if (waits) this.waiting = { path, kind, after: replaced(before, replacements), time };
    else this.recordNow(path, kind, before, replacements, time);
    return kind;
  }

  /** Records the changes that wait, as one. */
  private recordWaiting(): void {
    const { waiting } = this;
    this.waiting = undefined;
    if (waiting === undefined) return;
    const { path, kind, after, time } = waiting;
    const before = this.texts.get(path) ?? '';
    const start = commonPrefix(before, after);
    const same = commonSuffix(before.slice(start), after.slice(start));
    const change = { start, end: before.length - same, text: after.slice(start, after.length - same) };
    const isWide = Math.max(change.end - start, change.text.length) > MAX_SPAN;
    this.recordNow(path, isWide ? 'tool' : kind, before, [change], time);
  }

  private recordNow(
    path: string,
    kind: ChangeKind,
    before: string,
    replacements: readonly Replacement[],
    time: number,
  ): void {
    const [first] = replacements as [Replacement];
    if (
      replacements.length === 1 &&
      (kind === 'typed' || kind === 'undo' || kind === 'redo') &&
      this.extend(path, before, first, kind, time)
    )
      return;
    this.close();
    this.shift(path, replacements);
    const after = replaced(before, replacements);
    this.texts.set(path, after);
    if (kind === 'typed') this.begin(path, before, first, time);
    else if (kind !== 'tool') this.addChanges(path, kind, before, after, replacements, time);
  }

  /** Continues the burst, if the change is near it. */
  private extend(path: string, before: string, change: Replacement, kind: ChangeKind, time: number): boolean {
    const { burst } = this;
    if (burst === undefined || burst.path !== path || time - burst.time > MAX_PAUSE) return false;
    const reach = linesAround(before, burst.start, burst.end);
    if (change.end < reach.start || change.start > reach.end) return false;
    const isInside = change.start >= burst.start && change.end <= burst.end;
    // Taking back what lies beside the burst is about an earlier edit.
    if (kind !== 'typed' && !isInside) return false;
    if (lineNumber(before.slice(burst.start, burst.end)) > MAX_LINES) return false;
    const start = Math.min(burst.start, change.start);
    const end = Math.max(burst.end, change.end);
    const old = before.slice(start, burst.start) + burst.before + before.slice(burst.end, end);
    this.shift(path, [change]);
    const after = replaced(before, [change]);
    this.texts.set(path, after);
    const now = end + change.text.length - (change.end - change.start);
    this.burst = { path, before: old, start, end: now, time, last: change.start + change.text.length };
    this.burstEdits = undefined;
    return true;
  }

  private begin(path: string, before: string, { start, end, text }: Replacement, time: number): void {
    const last = start + text.length;
    this.burst = { path, before: before.slice(start, end), start, end: last, time, last };
    this.burstEdits = undefined;
  }

  private close(): void {
    const edits = this.burstEdits ?? this.editsOfBurst();
    if (this.burst) this.keepChange(wholeLines(this.versionsOf(this.burst)));
    this.burst = undefined;
    this.burstEdits = [];
    this.add(edits);
  }

  private editsOfBurst(): Edit[] {
    const { burst } = this;
    if (burst === undefined) return [];
    const { last, time } = burst;
    const edits = editsIn(this.versionsOf(burst), 'typed', time);
    // The edit that was typed last comes last.
    const distance = ({ at, inserted }: Edit) => Math.max(at - last, last - at - inserted.length, 0);
    const nearest = Math.min(...edits.map(distance));
    return [...edits.filter((edit) => distance(edit) > nearest), ...edits.filter((edit) => distance(edit) === nearest)];
  }

  private replacedLines(): Edit | undefined {
    const { burst } = this;
    if (burst === undefined || burst.before.trim() === '' || burst.before.length > MAX_EDIT) return undefined;
    const { path, before, start } = burst;
    const of = JSON.stringify([path, before, start]);
    // Redacted once, not at every key.
    if (this.replaced?.of !== of) this.replaced = { of, lines: this.linesReplacedBy(burst) };
    return this.replaced.lines;
  }

  private linesReplacedBy({ path, before, start, end, time }: Burst): Edit | undefined {
    const text = this.texts.get(path) ?? '';
    const from = lineStart(text, start);
    const to = lineEnd(text, end);
    const isWhole = before.endsWith('\n') || text.slice(end, to).trim() === '';
    if (text.slice(from, start).trim() !== '' || !isWhole) return undefined;
    const behind = before.endsWith('\n') ? end : Math.min(text.length, to + 1);
    // What stands around them is the same in the text before, which is redacted already.
    const old = this.redacted(path, text.slice(0, start) + before + text.slice(end));
    const oldEnd = start + before.length;
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

  /** A whole text of a file, redacted once. What is cut out of it may show no secret any more. */
  private redacted(path: string, text: string): RedactedText {
    const known = this.redactedTexts.find((each) => each.path === path && each.text === text);
    const redacted = known ?? { path, text, redacted: this.redact(text, path) };
    this.redactedTexts = [...this.redactedTexts.filter((each) => each !== known), redacted].slice(-KEPT_TEXTS);
    return redacted;
  }

  private versionsOf({ path, before, start, end }: Burst): Versions {
    const text = this.texts.get(path) ?? '';
    const old = this.redacted(path, text.slice(0, start) + before + text.slice(end));
    return { old, now: this.redacted(path, text), start, oldEnd: start + before.length, end };
  }

  private keepChange(changes: readonly RecentChange[]): void {
    this.changes = [...this.changes, ...changes].slice(-MAX_CHANGES);
  }

  private addChanges(
    path: string,
    kind: ChangeKind,
    before: string,
    after: string,
    replacements: readonly Replacement[],
    time: number,
  ): void {
    let shift = 0;
    const taken: RecentChange[] = [];
    const [old, now] = [this.redacted(path, before), this.redacted(path, after)];
    const edits = replacements.flatMap(({ start, end, text }) => {
      const from = start + shift;
      const to = from + text.length;
      shift += text.length - (end - start);
      // Only this range differs.
      const part = (was: string, is: string) => is.slice(0, from) + was.slice(start, end) + is.slice(to);
      const only = { path, text: part(before, after), redacted: part(old.redacted, now.redacted) };
      const versions = {
        old: replacements.length === 1 ? old : only,
        now,
        start: from,
        oldEnd: from + (end - start),
        end: to,
      };
      const lines = wholeLines(versions);
      if (kind === 'undo') taken.push(...lines);
      else this.keepChange(lines);
      return editsIn(versions, kind, time);
    });
    if (kind !== 'undo') {
      this.add(edits.map((edit) => (kind === 'redo' ? { ...edit, kind: 'typed' } : edit)));
      return;
    }
    this.takeBack(path, taken);
    for (const { removed, inserted } of edits) {
      const undone = this.edits.findLastIndex(
        (edit) =>
          edit.path === path && edit.inserted.trim() === removed.trim() && edit.removed.trim() === inserted.trim(),
      );
      if (undone >= 0) this.edits.splice(undone, 1);
    }
  }

  /** Removes the changes that were undone; if none is just that, the file's last one: the present text says the rest. */
  private takeBack(path: string, undone: readonly RecentChange[]): void {
    const left = [...this.changes];
    const take = (isIt: (change: RecentChange) => boolean) => {
      const at = left.findLastIndex((change) => change.path === path && isIt(change));
      if (at >= 0) left.splice(at, 1);
    };
    for (const { before, after } of undone) take((change) => change.before === after && change.after === before);
    if (left.length === this.changes.length) take(() => true);
    this.changes = left;
  }

  private add(edits: readonly Edit[]): void {
    this.edits.push(...edits);
    let size = 0;
    const sizeOf = ({ left, removed, inserted, right }: Edit) =>
      left.length + removed.length + inserted.length + right.length;
    const first = this.edits.findLastIndex((edit, i) => {
      size += sizeOf(edit);
      return size > MAX_SIZE || this.edits.length - i > MAX_EDITS;
    });
    if (first >= 0) this.edits = this.edits.slice(first + 1);
  }

  /** Moves the offsets of the edits with the text. */
  private shift(path: string, replacements: readonly Replacement[]): void {
    this.edits = this.edits.map((edit) => {
      if (edit.path !== path || edit.at < 0) return edit;
      let by = 0;
      const end = edit.at + edit.inserted.length;
      for (const { start, end: to, text } of replacements) {
        if (start >= end) break;
        if (to > edit.at) return { ...edit, at: -1 };
        by += text.length - (to - start);
      }
      return by === 0 ? edit : { ...edit, at: edit.at + by };
    });
  }
}

/** How a change came, as far as the event shows it. @param replacements the same ranges in order */
function kindOf({ reason }: DocumentChange, before: string, replacements: readonly Replacement[]): ChangeKind {
  if (reason === 'undo' || reason === 'redo' || reason === 'tool') return reason;
  const [first] = replacements as [Replacement];
  const isSame = replacements.every(({ text }) => text === first.text);
  if (replacements.length > 1) return isSame && first.text.trim() !== '' ? 'cursors' : 'tool';
  const old = before.slice(first.start, first.end);
  const isLong = old.length >= PASTE;
  // A formatter replaces text by the same tokens, or the whole document.
  if (isLong && (tokenKey(old) === tokenKey(first.text) || old.length > before.length / 2) && first.text !== '')
    return 'tool';
  if (reason === 'accepted') return 'typed';
  const lines = first.text
    .trim()
    .split('\n')
    .filter((line) => line.trim() !== '').length;
  return first.text.length >= PASTE || lines > 1 ? 'pasted' : 'typed';
}

/** What differs, as whole lines; nothing if that is too long. */
function wholeLines({ old, now, start, oldEnd, end }: Versions): RecentChange[] {
  const from = lineStart(now.text, start);
  const lines = ({ text }: RedactedText, to: number) => text.slice(from, lineEnd(text, to));
  const changed = changedLines(lines(old, oldEnd), lines(now, end));
  if (changed.old === changed.new || changed.old.length > MAX_EDIT || changed.new.length > MAX_EDIT) return [];
  const side = ({ redacted }: RedactedText, text: string) => redacted.slice(from + changed.start).slice(0, text.length);
  return [{ path: now.path, before: side(old, changed.old), after: side(now, changed.new) }];
}

function editsIn({ old, now, start, oldEnd, end }: Versions, kind: ChangeKind, time: number): Edit[] {
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

function replaced(text: string, replacements: readonly Replacement[]): string {
  let [result, from] = ['', 0];
  for (const { start, end, text: inserted } of replacements) {
    result += text.slice(from, start) + inserted;
    from = end;
  }
  return result + text.slice(from);
}

/** The lines of a range, and one more above and below. */
function linesAround(text: string, from: number, to: number): { readonly start: number; readonly end: number } {
  return { start: startAbove(text, from, 1), end: lineEnd(text, Math.min(lineEnd(text, to) + 1, text.length)) };
}

/** Start of the line at an offset, or of the line that is so many lines above it. */
function startAbove(text: string, at: number, lines: number): number {
  let start = lineStart(text, at);
  for (let line = 0; line < lines && start > 0; line++) start = lineStart(text, start - 1);
  return start;
}

/** The line's beginning and the lines above it, redacted. */
function leftOf({ text, redacted }: RedactedText, at: number): string {
  return redacted.slice(Math.max(startAbove(text, at, CONTEXT_LINES), at - MAX_CONTEXT), at);
}

/** The line's rest and the lines below it, redacted. */
function rightOf({ text, redacted }: RedactedText, at: number): string {
  let end = at;
  for (let line = 0; line <= CONTEXT_LINES && end < text.length; line++) end = lineEnd(text, end) + 1;
  return redacted.slice(at, Math.min(end, at + MAX_CONTEXT));
}
