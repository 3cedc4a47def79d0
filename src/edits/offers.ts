// Which of the next edits is offered, what is typed of it, and which are dismissed.
import { createHash } from 'node:crypto';
import { commonPrefix, commonSuffix } from '../text/edits.ts';
import { isWordCode } from '../text/lexemes.ts';
import { lineEnd, lineStart } from '../text/lines.ts';
import { detachString } from '../text/windows.ts';
import {
  comparePositions,
  type NextEdit,
  offsetOf,
  type Position,
  positionBehind,
  positionOf,
  type Range,
} from './history/edit.ts';

/** Text that is only inserted, at one position. */
export interface Insertion {
  readonly at: Position;
  readonly text: string;
}

/** New text that begins or goes on in lines of its own: ghost text while the cursor is there. */
export interface NewLines extends Insertion {
  /** The whole lines above that they replace; undefined: the text is only inserted. */
  readonly old: Range | undefined;
}

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
  readonly position: Position;
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
/** Dismissed edits that are remembered. */
const maxDismissed = 500;

export class OfferedEdits {
  private readonly now: () => number;
  /** By rule, the best first; within one by the way from the cursor. */
  private offers: readonly OfferedEdit[] = [];
  /** Whether a text was changed since the offers were found, so that their positions are those of an earlier text. */
  isOutdated = false;
  /** The offered insertion that the user types himself, and its rest. */
  private typed: { readonly offer: OfferedEdit; readonly rest: Insertion } | undefined;
  /** Id of the edit that the user jumped to. */
  private jumpedTo: string | undefined;
  /** Where the cursor is after a deletion or an applied edit: there, Tab jumps in front of a line's text, too. */
  private editedAt: { readonly path: string; readonly position: Position } | undefined;
  /** Applied in one undo step. */
  private lastApplied: readonly OfferedEdit[] = [];
  private readonly dismissed = new Set<string>();
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

  /**
   * Those of the best edit's rule come first, in the order of a walk down from the cursor.
   * @param edits best first
   * @param textOf the text of an edit's document, with '\n' line ends; undefined: it is not open
   */
  offer(edits: readonly NextEdit[], textOf: (path: string) => string | undefined, cursor?: EditCursor): void {
    this.isOutdated = false;
    if (this.isSilent) {
      this.withdraw();
      return;
    }
    const offers = edits.map((edit) => offerOf(edit, textOf(edit.path))).filter(({ id }) => !this.dismissed.has(id));
    const rules = [...new Set(offers.map(({ rule }) => rule))];
    const paths = [...new Set(offers.map(({ path }) => path))];
    // Below the cursor, above it, then the other files.
    const part = ({ path, range }: OfferedEdit) =>
      path !== cursor?.path ? 2 + paths.indexOf(path) : comparePositions(range.start, cursor.position) >= 0 ? 0 : 1;
    this.offers = offers.sort(
      (a, b) =>
        rules.indexOf(a.rule) - rules.indexOf(b.rule) ||
        part(a) - part(b) ||
        comparePositions(a.range.start, b.range.start),
    );
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
  prefer({ path, position }: EditCursor): void {
    const here = this.offers.find((offer) => isAt(offer, path, position));
    if (here && here !== this.current) this.offers = [here, ...this.offers.filter((offer) => offer !== here)];
  }

  /** Puts the offers in a file first; without one there, nothing is offered. */
  preferFile(path: string): void {
    const here = this.offers.filter((offer) => offer.path === path);
    this.offers = here.length === 0 ? [] : [...here, ...this.offers.filter((offer) => offer.path !== path)];
  }

  /** A text was inserted: it may be the beginning of an offered insertion. */
  inserted(path: string, at: Position, text: string): void {
    const begun = this.typed?.offer.path === path && isEqual(this.typed.rest.at, at) ? this.typed : undefined;
    const candidates = begun
      ? [begun]
      : this.placed.flatMap((offer) =>
          offer.path === path && offer.insertion && isEqual(offer.insertion.at, at)
            ? [{ offer, rest: offer.insertion }]
            : [],
        );
    const fitting = candidates.find(({ rest }) => rest.text.startsWith(text) && rest.text !== text);
    this.typed = fitting && {
      offer: fitting.offer,
      rest: { at: positionBehind(at, text), text: fitting.rest.text.slice(text.length) },
    };
    this.isOutdated = true;
  }

  /** Lines were deleted up to a position. */
  deletedAt(path: string, position: Position): void {
    this.changed();
    this.editedAt = { path, position };
  }

  /** Another change: no insertion is typed any more. */
  changed(): void {
    this.typed = undefined;
    this.isOutdated = true;
  }

  /** What is left of an insertion at a position, or the new lines that are shown there: ghost text. */
  insertionAt(path: string, position: Position): { readonly offer: OfferedEdit; readonly text: string } | undefined {
    if (this.typed?.offer.path === path && isEqual(this.typed.rest.at, position))
      return { offer: this.typed.offer, text: this.typed.rest.text };
    for (const offer of this.placed) {
      const shown = offer.lines ?? offer.insertion;
      if (offer.path === path && shown && isEqual(shown.at, position)) return { offer, text: shown.text };
    }
    return undefined;
  }

  /** The shown offer if it begins in a line. */
  inLine(path: string, { line }: Pick<Position, 'line'>): OfferedEdit | undefined {
    const [offer] = this.placed;
    const isHere = offer?.path === path && placeOf(offer).line === line;
    return isHere ? offer : undefined;
  }

  jumped({ id }: OfferedEdit): void {
    this.jumpedTo = id;
  }

  tabAction({ path, position, before }: EditCursor): TabAction {
    const { current } = this;
    if (current === undefined) return undefined;
    const isHere = isAt(current, path, position);
    if (!isHere) this.jumpedTo = undefined;
    if (isHere && this.jumpedTo === current.id) return 'apply';
    const isEdited = this.isEditedAt({ path, position });
    if (!isEdited) this.editedAt = undefined;
    // Before a line's text, Tab indents.
    if (before.trim() === '' && !isEdited) return 'indent';
    return isHere ? 'apply' : 'jump';
  }

  /** Whether the cursor still is where an applied edit or a deletion left it. */
  isEditedAt({ path, position }: Pick<EditCursor, 'path' | 'position'>): boolean {
    return this.editedAt?.path === path && isEqual(this.editedAt.position, position);
  }

  /** @param end the cursor's position after it, if it was moved */
  applied(offers: readonly OfferedEdit[], end?: Position): void {
    const [first] = offers;
    this.lastApplied = offers;
    this.editedAt = first && end && { path: first.path, position: end };
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
    if (this.lastApplied.some((offer) => offer.path === path)) for (const { id } of this.lastApplied) this.ignore(id);
    this.lastApplied = [];
    this.offers = [];
    this.typed = undefined;
  }

  /** Dismisses the shown offer, and returns it. The others return after the next change. */
  dismiss(): OfferedEdit | undefined {
    const { current } = this;
    if (current === undefined) return undefined;
    this.ignore(current.id);
    this.offers = [];
    this.typed = undefined;
    this.dismissals++;
    if (this.dismissals >= maxDismissals) {
      this.silentUntil = this.now() + silentMs;
      this.dismissals = 0;
    }
    return current;
  }

  /** The offers whose positions are those of the present text. */
  private get placed(): readonly OfferedEdit[] {
    return this.isOutdated ? [] : this.offers;
  }

  private ignore(id: string): void {
    this.dismissed.add(id);
    if (this.dismissed.size > maxDismissed) this.dismissed.delete(this.dismissed.values().next().value as string);
  }
}

/** The position behind an edit that was applied. */
export function endOf({ range, replacement, insertion }: OfferedEdit): Position {
  return insertion ? positionBehind(insertion.at, insertion.text) : positionBehind(range.start, replacement);
}

/** Where the cursor goes to see an edit. */
export function placeOf({ range, insertion, lines }: OfferedEdit): Position {
  return (lines ?? insertion)?.at ?? range.start;
}

/** Whether a position lies at an edit: in its range, or where its text is inserted or shown. */
export function isAt(offer: OfferedEdit, otherPath: string, position: Position): boolean {
  const { path, range, insertion, lines } = offer;
  if (path !== otherPath) return false;
  if (lines ?? insertion) return isEqual(placeOf(offer), position);
  return comparePositions(range.start, position) <= 0 && comparePositions(position, range.end) <= 0;
}

function offerOf(edit: NextEdit, text: string | undefined): OfferedEdit {
  const { path, range, removed, replacement } = edit;
  // A space in the line makes no other place of it.
  const place = text === undefined ? String(range.start.line) : lineOf(text, range.start.line).replace(/\s+/g, '');
  // Short: the panel sends it back.
  const id = createHash('sha256')
    .update(JSON.stringify([path, place, removed, replacement]))
    .digest('base64url');
  const insertion = text === undefined ? undefined : insertionOf(edit, text);
  const at = insertion?.at ?? range.start;
  const before = text === undefined ? '' : lineOf(text, at.line).slice(0, at.character);
  const lines = text === undefined ? undefined : linesOf(edit, text, insertion);
  return { ...edit, id, before: detachString(before), insertion, lines };
}

/** Whether new text does not fit into the line of the old one. */
export function needsLines({ removed, replacement }: Pick<NextEdit, 'removed' | 'replacement'>): boolean {
  return replacement !== '' && `${removed}${replacement}`.includes('\n');
}

/** New text with a line end goes below the whole lines that it replaces. */
function linesOf(edit: NextEdit, text: string, insertion: Insertion | undefined): NewLines | undefined {
  const { range, removed, replacement } = edit;
  if (!needsLines(edit)) return undefined;
  if (insertion) return insertion.text.includes('\n') ? { ...insertion, old: undefined } : undefined;
  // Whole lines end where the last one does.
  const cut = removed.endsWith('\n') && replacement.endsWith('\n') ? 1 : 0;
  const [from, to] = [offsetOf(text, range.start), offsetOf(text, range.end) - cut];
  const [start, end] = [lineStart(text, from), lineEnd(text, to)];
  const now = text.slice(start, from) + replacement.slice(0, replacement.length - cut) + text.slice(to, end);
  const at = positionOf(text, end);
  const indent = text.slice(start).search(/[^ \t]/);
  return { at, text: `\n${now}`, old: { start: positionOf(text, start + Math.max(0, indent)), end: at } };
}

/** An insertion of whole lines begins at the end of the line above, where the user presses Enter. */
function insertionOf({ range, removed, replacement }: NextEdit, text: string): Insertion | undefined {
  const start = commonPrefix(removed, replacement);
  const end = commonSuffix(removed.slice(start), replacement.slice(start));
  if (start + end < removed.length) return undefined;
  const found = replacement.slice(start, replacement.length - end);
  if (found === '') return undefined;
  const { offset, inserted } = asWholeLines(text, offsetOf(text, range.start) + start, found);
  // A piece inside a word is hard to read: the whole word is replaced.
  const isCut = (left: string | undefined, right: string | undefined) => isLetter(left) && isLetter(right);
  if (isCut(text[offset - 1], inserted[0]) || isCut(inserted.at(-1), text[offset])) return undefined;
  const isWholeLines = inserted.endsWith('\n') && offset > 0 && text[offset - 1] === '\n';
  return isWholeLines
    ? { at: positionOf(text, offset - 1), text: `\n${inserted.slice(0, -1)}` }
    : { at: positionOf(text, offset), text: inserted };
}

/** Lines that begin like the line below them: the same text as a piece in the middle of that line. */
function asWholeLines(text: string, offset: number, inserted: string) {
  const lead = text.slice(lineStart(text, offset), offset);
  if (!inserted.endsWith(`\n${lead}`)) return { offset, inserted };
  return { offset: offset - lead.length, inserted: lead + inserted.slice(0, inserted.length - lead.length) };
}

function isLetter(mark: string | undefined): boolean {
  return mark !== undefined && isWordCode(mark.charCodeAt(0));
}

/** Of a longer line only the beginning. */
function lineOf(text: string, line: number): string {
  const start = offsetOf(text, { line, character: 0 });
  return text.slice(start, Math.min(lineEnd(text, start), start + maxLine));
}

function isEqual(a: Position, b: Position): boolean {
  return comparePositions(a, b) === 0;
}
