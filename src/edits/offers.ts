// Which of the next edits is offered, what is typed of it, what Tab does with it, and when nothing is offered.
import { createHash } from 'node:crypto';
import { needsLines } from '../routing/decide.ts';
import { commonPrefix, commonSuffix } from '../text/edits.ts';
import { isWordCode } from '../text/lexemes.ts';
import { lineBefore, lineEnd, lineNumber, lineStart } from '../text/lines.ts';
import { detachString } from '../text/windows.ts';
import type { NextEdit, TextSpan } from './history/edit.ts';
import { ShownEdits } from './shown-edits.ts';

/** Text that is only inserted, at one offset. */
export interface Insertion {
  readonly at: number;
  readonly text: string;
}

/** New text that begins or goes on in lines of its own: ghost text while the cursor is there. */
export interface NewLines extends Insertion {
  /** The whole lines above that they replace, without their indent; undefined: the text is only inserted. */
  readonly old: TextSpan | undefined;
}

/** A next edit as it is offered, whether it is drawn as ghost text or beside the line. */
export interface OfferedEdit extends NextEdit {
  /** Equal for the same edit at the same place. */
  readonly id: string;
  /** The edit as an insertion, if it removes nothing and its document is open. */
  readonly insertion: Insertion | undefined;
  /** Shown in the place of what does not fit into its line. */
  readonly lines: NewLines | undefined;
  /** The text of its line before it; '' if its document is not open. */
  readonly before: string;
}

/** The cursor of the active editor. */
export interface EditCursor {
  readonly path: string;
  readonly at: number;
  readonly line: number;
  /** The text of its line before it. */
  readonly before: string;
}

/**
 * What the Tab key does: jumps to the edit, applies it at the cursor, waits for the next offer, or has its usual
 * meaning beside an offer. Undefined: nothing is offered.
 */
export type TabAction = 'jump' | 'apply' | 'wait' | 'indent' | undefined;

/** After this many dismissals in a row nothing is offered for a while. */
const maxDismissals = 2;
export const silentMs = 10 * 60_000;
/** Of longer lines only the beginning is kept, UTF-16 units. */
const maxLine = 500;

export class OfferedEdits {
  readonly shown = new ShownEdits();
  private readonly now: () => number;
  /** By rule, the best first; within one by the way from the cursor. */
  private offers: readonly OfferedEdit[] = [];
  /** Whether a text was changed since the offers were found, so that their offsets are those of an earlier text. */
  isOutdated = false;
  /** The offered insertion that the user types himself, and its rest. */
  private typed: { readonly offer: OfferedEdit; readonly rest: Insertion } | undefined;
  /** Id of the edit that the user jumped to. */
  private jumpedTo: string | undefined;
  /** Where the cursor is after a deletion or an applied edit: there, Tab jumps in front of a line's text, too. */
  private editedAt: Pick<EditCursor, 'path' | 'at'> | undefined;
  /** Applied in one undo step. */
  private lastApplied: readonly OfferedEdit[] = [];
  private dismissals = 0;
  private silentUntil = Number.NEGATIVE_INFINITY;

  /** @param now ms */
  constructor(now: () => number) {
    this.now = now;
  }

  get isSilent(): boolean {
    return this.now() < this.silentUntil;
  }

  /** The first offer, which is shown. */
  get current(): OfferedEdit | undefined {
    return this.offers[0];
  }

  /** Whether an edit is still offered. */
  has({ id }: OfferedEdit): boolean {
    return this.offers.some((offer) => offer.id === id);
  }

  /** The offers of the shown one's rule. */
  get alike(): readonly OfferedEdit[] {
    return this.offers.filter(({ rule }) => rule === this.current?.rule);
  }

  /** Those of them in a file. */
  alikeIn(path: string): readonly OfferedEdit[] {
    return this.alike.filter((offer) => offer.path === path);
  }

  /**
   * Those of the best edit's rule come first, in the order of a walk down from the cursor.
   * @param edits decided on, best first
   * @param textOf the text of an edit's document; undefined: it is not open
   */
  offer(edits: readonly NextEdit[], textOf: (path: string) => string | undefined, cursor?: EditCursor): void {
    this.isOutdated = false;
    const rules = [...new Set(edits.map(({ rule }) => rule))];
    const paths = [...new Set(edits.map(({ path }) => path))];
    // Below the cursor, above it, then the other files.
    const part = ({ path, start }: NextEdit) =>
      path !== cursor?.path ? 2 + paths.indexOf(path) : start >= cursor.at ? 0 : 1;
    this.offers = edits
      .map((edit) => offerOf(edit, textOf(edit.path)))
      .sort((a, b) => rules.indexOf(a.rule) - rules.indexOf(b.rule) || part(a) - part(b) || a.start - b.start);
    if (cursor) this.prefer(cursor);
  }

  /** The user wants offers again before the pause is over. */
  resume(): void {
    this.silentUntil = Number.NEGATIVE_INFINITY;
  }

  /** Nothing is offered any more. What is typed of an insertion stays. */
  withdraw(): void {
    this.offers = [];
  }

  /** Puts the offer at the cursor first, if there is one. */
  prefer(cursor: EditCursor): void {
    const here = this.offers.find((offer) => isAt(offer, cursor));
    if (here && here !== this.current) this.offers = [here, ...this.offers.filter((offer) => offer !== here)];
  }

  /** Puts the offers in a file first; without one there, nothing is offered. */
  preferFile(path: string): void {
    const here = this.offers.filter((offer) => offer.path === path);
    this.offers = here.length === 0 ? [] : [...here, ...this.offers.filter((offer) => offer.path !== path)];
  }

  /** A text was inserted: it may be the beginning of an offered insertion. */
  inserted(path: string, at: number, text: string): void {
    const begun = this.typed?.offer.path === path && this.typed.rest.at === at ? this.typed : undefined;
    const candidates = begun
      ? [begun]
      : this.placed.flatMap((offer) =>
          offer.path === path && offer.insertion?.at === at ? [{ offer, rest: offer.insertion }] : [],
        );
    const fitting = candidates.find(({ rest }) => rest.text.startsWith(text) && rest.text !== text);
    this.typed = fitting && {
      offer: fitting.offer,
      rest: { at: at + text.length, text: fitting.rest.text.slice(text.length) },
    };
    this.isOutdated = true;
  }

  /** Lines were deleted up to an offset. */
  deletedAt(path: string, at: number): void {
    this.changed();
    this.editedAt = { path, at };
  }

  /** Another change: no insertion is typed any more. */
  changed(): void {
    this.typed = undefined;
    this.isOutdated = true;
  }

  /** What is left of an insertion at the cursor, or the new lines that are shown there: ghost text. */
  insertionAt({ path, at }: Pick<EditCursor, 'path' | 'at'>): { offer: OfferedEdit; text: string } | undefined {
    if (this.typed?.offer.path === path && this.typed.rest.at === at)
      return { offer: this.typed.offer, text: this.typed.rest.text };
    for (const offer of this.placed) {
      const shown = offer.lines ?? offer.insertion;
      if (offer.path === path && shown?.at === at) return { offer, text: shown.text };
    }
    return undefined;
  }

  /** The shown offer if it begins in a line. */
  inLine(path: string, line: number): OfferedEdit | undefined {
    const [offer] = this.placed;
    return offer?.path === path && offer.line === line ? offer : undefined;
  }

  jumped(offer: OfferedEdit): void {
    if (offer.origin.kind !== 'error') {
      this.jumpedTo = offer.id;
      return;
    }
    // The user has seen it.
    this.shown.undone(offer);
    this.offers = this.offers.filter(({ id }) => id !== offer.id);
  }

  tabAction(cursor: EditCursor): TabAction {
    const { current } = this;
    if (current === undefined) return undefined;
    const isHere = isAt(current, cursor);
    if (isHere && current.origin.kind === 'error') return undefined;
    if (!isHere) this.jumpedTo = undefined;
    if (isHere && this.jumpedTo === current.id) return 'apply';
    const isEdited = this.isEditedAt(cursor);
    if (!isEdited) this.editedAt = undefined;
    // Before a line's text, Tab indents.
    if (cursor.before.trim() === '' && !isEdited) return 'indent';
    return isHere ? 'apply' : 'jump';
  }

  /** Whether the cursor still is where an applied edit or a deletion left it. */
  isEditedAt({ path, at }: Pick<EditCursor, 'path' | 'at'>): boolean {
    return this.editedAt?.path === path && this.editedAt.at === at;
  }

  /** @param end the cursor's offset after it, if it was moved */
  applied(offers: readonly OfferedEdit[], end?: number): void {
    const [first] = offers;
    this.lastApplied = offers;
    this.editedAt = first && end !== undefined ? { path: first.path, at: end } : undefined;
    const ids = new Set(offers.map(({ id }) => id));
    this.offers = this.offers.filter(({ id }) => !ids.has(id));
    this.accepted();
  }

  /** An offered insertion was accepted as ghost text. */
  accepted(): void {
    this.dismissals = 0;
    this.typed = undefined;
  }

  /** Applied edits that are undone are not offered again. */
  undone(path: string): void {
    if (this.lastApplied.some((offer) => offer.path === path))
      for (const offer of this.lastApplied) this.shown.undone(offer);
    this.lastApplied = [];
    this.offers = [];
    this.typed = undefined;
  }

  /** Dismisses the shown offer, and returns it. The others return after the next change. */
  dismiss(): OfferedEdit | undefined {
    const { current } = this;
    if (current === undefined) return undefined;
    this.shown.dismissed(current);
    this.offers = [];
    this.typed = undefined;
    this.dismissals++;
    if (this.dismissals >= maxDismissals) {
      this.silentUntil = this.now() + silentMs;
      this.dismissals = 0;
    }
    return current;
  }

  /** The offers whose offsets are those of the present text. */
  private get placed(): readonly OfferedEdit[] {
    return this.isOutdated ? [] : this.offers;
  }
}

/** The offset behind an edit that was applied. */
export function endOf({ start, replacement, insertion }: OfferedEdit): number {
  return insertion ? insertion.at + insertion.text.length : start + replacement.length;
}

/** Where the cursor goes to see an edit. */
export function placeOf({ start, insertion, lines }: OfferedEdit): number {
  return (lines ?? insertion)?.at ?? start;
}

/** Whether the cursor is at an edit: in its range, or where its text is inserted or shown. */
export function isAt(offer: OfferedEdit, { path, at }: Pick<EditCursor, 'path' | 'at'>): boolean {
  const { start, end, insertion, lines } = offer;
  if (offer.path !== path) return false;
  return (lines ?? insertion) ? placeOf(offer) === at : start <= at && at <= end;
}

function offerOf(edit: NextEdit, text: string | undefined): OfferedEdit {
  // Short: the panel sends it back.
  const id = createHash('sha256').update(edit.place).digest('base64url');
  if (text === undefined) return { ...edit, id, before: '', insertion: undefined, lines: undefined };
  const insertion = insertionOf(edit, text);
  const at = insertion?.at ?? edit.start;
  const before = detachString(lineBefore(text.slice(0, at)).slice(0, maxLine));
  const offer = { ...edit, id, before, insertion, lines: linesOf(edit, text, insertion) };
  return { ...offer, line: lineNumber(text, placeOf(offer)) };
}

/** New text with a line end goes below the whole lines that it replaces. */
function linesOf(edit: NextEdit, text: string, insertion: Insertion | undefined): NewLines | undefined {
  const { removed, replacement } = edit;
  if (!needsLines(edit)) return undefined;
  if (insertion) return insertion.text.includes('\n') ? { ...insertion, old: undefined } : undefined;
  // Whole lines end where the last one does.
  const cut = removed.endsWith('\n') && replacement.endsWith('\n') ? 1 : 0;
  const [from, to] = [edit.start, edit.end - cut];
  const [start, end] = [lineStart(text, from), lineEnd(text, to)];
  const now = text.slice(start, from) + replacement.slice(0, replacement.length - cut) + text.slice(to, end);
  const indent = text.slice(start).search(/[^ \t]/);
  return { at: end, text: `\n${now}`, old: { start: start + Math.max(0, indent), end } };
}

/** An insertion of whole lines begins at the end of the line above, where the user presses Enter. */
function insertionOf({ start: from, removed, replacement }: NextEdit, text: string): Insertion | undefined {
  const start = commonPrefix(removed, replacement);
  const end = commonSuffix(removed.slice(start), replacement.slice(start));
  if (start + end < removed.length) return undefined;
  const found = replacement.slice(start, replacement.length - end);
  if (found === '') return undefined;
  const { at, inserted } = asWholeLines(text, from + start, found);
  // A piece inside a word is hard to read: the whole word is replaced.
  const isCut = (left: string | undefined, right: string | undefined) => isLetter(left) && isLetter(right);
  if (isCut(text[at - 1], inserted[0]) || isCut(inserted.at(-1), text[at])) return undefined;
  const isWholeLines = inserted.endsWith('\n') && at > 0 && text[at - 1] === '\n';
  return isWholeLines ? { at: at - 1, text: `\n${inserted.slice(0, -1)}` } : { at, text: inserted };
}

/** Lines that begin like the line below them: the same text as a piece in the middle of that line. */
function asWholeLines(text: string, at: number, inserted: string) {
  const lead = text.slice(lineStart(text, at), at);
  if (!inserted.endsWith(`\n${lead}`)) return { at, inserted };
  return { at: at - lead.length, inserted: lead + inserted.slice(0, inserted.length - lead.length) };
}

function isLetter(mark: string | undefined): boolean {
  return mark !== undefined && isWordCode(mark.charCodeAt(0));
}
