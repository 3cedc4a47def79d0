// The journal of a session's edits in one folder: changes of open documents, joined into bursts of typing. In memory
// only, bounded, and redacted.
import { lineNumber, linesAround } from '../../text/lines.ts';
import { redactSecrets } from '../../workspace/secrets/secrets.ts';
import {
  type ChangeKind,
  type Edit,
  type EditHistory,
  movedSpan,
  type RecentChange,
  type Replacement,
} from './edit.ts';
import { Mirror, type MirroredChange } from './mirror.ts';
import {
  editsIn,
  kindOf,
  linesReplaced,
  MAX_EDIT,
  type Reason,
  type RedactedText,
  type Versions,
  wholeLines,
  wordReplaced,
} from './readings.ts';

/** One event of a document. */
export interface DocumentChange {
  readonly path: string;
  /** Ranges in the text before the event, disjoint, in any order. */
  readonly ranges: readonly Replacement[];
  /** 'accepted': a suggestion of ours was taken, which is no paste. 'tool': the user has not written it. */
  readonly reason?: Reason;
  /** ms since the epoch. */
  readonly time: number;
}

export interface RecordedChange extends MirroredChange {
  readonly kind: ChangeKind;
}

export interface JournalOptions {
  /** Redacts a whole text in its length. Default: the secrets that the text alone shows. */
  readonly redact?: (text: string, path: string) => string;
}

/** Of all entries together. */
const MAX_EDITS = 200;
/** Changes of whole lines that a large model may be told of. */
export const MAX_CHANGES = 6;
/** Edits that the models are told of. */
const HISTORY = 30;
/** All texts of the edits together, UTF-16 units. */
const MAX_SIZE = 100_000;
/** A change on the same line as the last, or on a line beside it, continues it. After this pause it does not, ms. */
const MAX_PAUSE = 60_000;
/** Lines of one burst of typing. */
const MAX_LINES = 40;

/** In a longer text, only what is typed is recorded: each other change would be searched for secrets. UTF-16 units. */
const LONG = 50_000;
/** Whole texts that stay redacted: a change has two, and the second is the next one's first. */
const KEPT_TEXTS = 3;

/** A finished change, which undo takes back as a whole. */
interface Entry {
  readonly path: string;
  readonly edits: readonly Edit[];
  /** The same as whole lines. */
  readonly lines: readonly RecentChange[];
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
  private readonly mirror = new Mirror();
  /** Oldest first. */
  private entries: readonly Entry[] = [];
  private burst: Burst | undefined;
  /** What the burst says so far; undefined: it was not read yet. */
  private read: Entry | undefined;
  /** The lines that a burst replaces, for the burst's beginning. */
  private replaced: { readonly of: string; readonly lines: Edit | undefined } | undefined;
  /** Newest last. */
  private redactedTexts: readonly RedactedText[] = [];

  constructor({ redact = (text, path) => redactSecrets(text, path).text }: JournalOptions = {}) {
    this.redact = redact;
  }

  /**
   * A document was opened. Changes of documents that were not opened here are ignored. @param text with '\n' line ends
   */
  open(path: string, text: string): void {
    this.finish(path);
    this.mirror.set(path, text);
  }

  /** The edits of a closed document stay. */
  closed(path: string): void {
    this.finish(path);
    this.mirror.close(path);
    this.moveEdits(path, () => -1);
  }

  textOf(path: string): string | undefined {
    return this.mirror.textOf(path);
  }

  /** Forgets everything but the open texts. @param path only the edits of this file */
  clear(path?: string): void {
    this.entries = path === undefined ? [] : this.entries.filter((entry) => entry.path !== path);
    if (path === undefined || this.burst?.path === path) this.setBurst(undefined);
  }

  /** Oldest first, with those of the burst under way; the edit that was changed last comes last. */
  recentEdits(): readonly Edit[] {
    return this.all().flatMap(({ edits }) => edits);
  }

  /** The latest changes as whole lines, oldest first; that of the burst under way comes last. */
  recentChanges(): readonly RecentChange[] {
    return this.all()
      .flatMap(({ lines }) => lines)
      .slice(-MAX_CHANGES);
  }

  /** The edits without those of the burst under way, and the whole lines that the burst replaces. */
  history(): EditHistory {
    const replaced = this.replacedLines();
    const edits = this.entries.flatMap((entry) => entry.edits).slice(-HISTORY);
    return { edits, ...(replaced && { replaced }) };
  }

  /**
   * The word that the burst under way was typed over, whole, as it was; '' if more than a word was replaced. Undefined
   * if nothing was, or if the burst does not end at the offset.
   */
  wordReplacedAt(path: string, offset: number): string | undefined {
    const { burst } = this;
    if (burst?.path !== path || burst.end !== offset || burst.before.trim() === '') return undefined;
    return wordReplaced(this.textOf(path) ?? '', burst.start, offset, burst.before);
  }

  /** How a change came, and what it replaced; undefined if its text is not open. */
  record({ path, ranges, reason, time }: DocumentChange): RecordedChange | undefined {
    const change = this.mirror.read(path, ranges);
    if (change === undefined) return undefined;
    const kind = kindOf(change, reason);
    const longer = this.extended(path, change, kind, time);
    if (longer === undefined) this.close();
    this.mirror.set(path, change.after);
    this.moveEdits(path, ({ at, inserted }) =>
      at < 0 ? at : (movedSpan({ start: at, end: at + inserted.length }, change.replacements)?.start ?? -1),
    );
    if (longer) this.setBurst(longer);
    else if (kind === 'typed') this.setBurst(begun(path, change, time));
    else if (kind !== 'tool') this.addChange(path, kind, change, time);
    return { ...change, kind };
  }

  /** The burst with a change near it; undefined: the change does not continue it. */
  private extended(
    path: string,
    { before, replacements: [change, ...others] }: MirroredChange,
    kind: ChangeKind,
    time: number,
  ): Burst | undefined {
    const { burst } = this;
    if (others.length > 0 || !['typed', 'undo', 'redo'].includes(kind)) return undefined;
    if (burst === undefined || burst.path !== path || time - burst.time > MAX_PAUSE) return undefined;
    const reach = linesAround(before, burst.start, burst.end, 1, 1);
    if (change.end < reach.start || change.start > reach.end) return undefined;
    const isInside = change.start >= burst.start && change.end <= burst.end;
    // Taking back what lies beside the burst is about an earlier edit.
    if (kind !== 'typed' && !isInside) return undefined;
    if (lineNumber(before.slice(burst.start, burst.end)) > MAX_LINES) return undefined;
    const start = Math.min(burst.start, change.start);
    const end = Math.max(burst.end, change.end);
    const old = before.slice(start, burst.start) + burst.before + before.slice(burst.end, end);
    const now = end + change.text.length - (change.end - change.start);
    return { path, before: old, start, end: now, time, last: change.start + change.text.length };
  }

  private setBurst(burst: Burst | undefined): void {
    this.burst = burst;
    this.read = undefined;
  }

  /** Nothing of a path goes on. */
  private finish(path: string): void {
    if (this.burst?.path === path) this.close();
  }

  private close(): void {
    if (this.burst) this.add(this.entryOf(this.burst));
    this.setBurst(undefined);
  }

  private all(): readonly Entry[] {
    return this.burst ? [...this.entries, this.entryOf(this.burst)] : this.entries;
  }

  private entryOf(burst: Burst): Entry {
    if (this.read) return this.read;
    const { path, last, time } = burst;
    const versions = this.versionsOf(burst);
    const edits = editsIn(versions, 'typed', time);
    // The edit that was typed last comes last.
    const distance = ({ at, inserted }: Edit) => Math.max(at - last, last - at - inserted.length, 0);
    const nearest = Math.min(...edits.map(distance));
    const byTime = [true, false].flatMap((isEarlier) => edits.filter((edit) => distance(edit) > nearest === isEarlier));
    this.read = { path, edits: byTime, lines: wholeLines(versions) };
    return this.read;
  }

  private replacedLines(): Edit | undefined {
    const { burst } = this;
    if (burst === undefined || burst.before.trim() === '' || burst.before.length > MAX_EDIT) return undefined;
    const { path, before, start } = burst;
    const of = JSON.stringify([path, before, start]);
    // Redacted once, not at every key.
    if (this.replaced?.of !== of) this.replaced = { of, lines: linesReplaced(this.versionsOf(burst), burst.time) };
    return this.replaced.lines;
  }

  /** A whole text of a file, redacted once. What is cut out of it may show no secret any more. */
  private redacted(path: string, text: string): RedactedText {
    const known = this.redactedTexts.find((each) => each.path === path && each.text === text);
    const redacted = known ?? { path, text, redacted: this.redact(text, path) };
    this.redactedTexts = [...this.redactedTexts.filter((each) => each !== known), redacted].slice(-KEPT_TEXTS);
    return redacted;
  }

  private versionsOf({ path, before, start, end }: Burst): Versions {
    const text = this.textOf(path) ?? '';
    const old = this.redacted(path, text.slice(0, start) + before + text.slice(end));
    return { old, now: this.redacted(path, text), start, oldEnd: start + before.length, end };
  }

  private addChange(path: string, kind: ChangeKind, { before, after, replacements }: MirroredChange, time: number) {
    const isLong = before.length > LONG;
    if (isLong && kind !== 'undo') return;
    let shift = 0;
    // Of an undo nothing is kept.
    const seen = (text: string) => (isLong ? { path, text, redacted: text } : this.redacted(path, text));
    const [old, now] = [seen(before), seen(after)];
    const versions = replacements.map(({ start, end, text }): Versions => {
      const from = start + shift;
      const to = from + text.length;
      shift += text.length - (end - start);
      // Only this range differs.
      const part = (was: string, is: string) => is.slice(0, from) + was.slice(start, end) + is.slice(to);
      const only = { path, text: part(before, after), redacted: part(old.redacted, now.redacted) };
      return { old: replacements.length === 1 ? old : only, now, start: from, oldEnd: from + (end - start), end: to };
    });
    const lines = versions.flatMap(wholeLines);
    // White space alone was no change of its own.
    const isBlank = replacements.every(({ start, end, text }) => (before.slice(start, end) + text).trim() === '');
    if (kind === 'undo') return isBlank ? undefined : this.takeBack(path, lines);
    const edits = versions.flatMap((each) => editsIn(each, kind === 'redo' ? 'typed' : kind, time));
    this.add({ path, edits, lines });
  }

  /** Removes the change that was undone; if none is just that, the file's last one: the present text says the rest. */
  private takeBack(path: string, undone: readonly RecentChange[]): void {
    const isUndone = (change: RecentChange) =>
      undone.some(({ before, after }) => change.before === after && change.after === before);
    const own = this.entries.filter((entry) => entry.path === path);
    const taken = own.findLast(({ lines }) => lines.length > 0 && lines.every(isUndone)) ?? own.at(-1);
    this.entries = this.entries.filter((entry) => entry !== taken);
  }

  /** The oldest edits beyond the limits go. */
  private add(entry: Entry): void {
    if (entry.edits.length === 0 && entry.lines.length === 0) return;
    let [size, count] = [0, 0];
    const fits = ({ left, removed, inserted, right }: Edit) => {
      size += left.length + removed.length + inserted.length + right.length;
      count++;
      return size <= MAX_SIZE && count <= MAX_EDITS;
    };
    this.entries = [...this.entries, entry]
      .slice(-MAX_EDITS)
      .reverse()
      .map((each) => ({ ...each, edits: each.edits.toReversed().filter(fits).reverse() }))
      .reverse();
  }

  /** Edits that stay where they are stay the same objects. */
  private moveEdits(path: string, placeOf: (edit: Edit) => number): void {
    const moved = (edit: Edit) => (placeOf(edit) === edit.at ? edit : { ...edit, at: placeOf(edit) });
    this.entries = this.entries.map((entry) =>
      entry.path === path ? { ...entry, edits: entry.edits.map(moved) } : entry,
    );
  }
}

function begun(path: string, { before, replacements: [{ start, end, text }] }: MirroredChange, time: number): Burst {
  const last = start + text.length;
  return { path, before: before.slice(start, end), start, end: last, time, last };
}
