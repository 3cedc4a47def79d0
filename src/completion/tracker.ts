// What became of a shown suggestion. The stable API of VS Code tells only of an accept (by the item's command), and our own commands of a word or a
// line that is taken; the rest is read from later requests' text.
import type { Clock } from '../common/clock.ts';
import type { CompletionQuery, Outcome, Verdict } from '../common/completion.ts';
import { commonPrefix, placeIn } from '../text/edits.ts';

export interface Shown {
  readonly id: string;
  readonly query: CompletionQuery;
  readonly text: string;
  /** Monotonic, ms. */
  readonly at: number;
}

/** Gone in less than this, ms: the user cannot have read it, so it was not rejected. */
const READING_MS = 300;
/** Text behind the place that is looked at, UTF-16 units. */
const NEAR = 200;

/**
 * The verdict that the text at a later request allows; 'pending' while the suggestion can still be taken. A part counts
 * as typed from four characters or a third of the text on; less is what one happens to type alike.
 */
export function judge(shown: Pick<Shown, 'query' | 'text'>, later: CompletionQuery): Outcome {
  const { query, text } = shown;
  if (later.path !== query.path) return 'ignored';
  const start = placeIn(query, later);
  if (start === undefined) return 'ignored';
  const here = (later.prefix + later.suffix).slice(start, start + text.length + NEAR);
  if (start > later.prefix.length) return here.startsWith(text) ? 'typed' : 'ignored';
  const typed = later.prefix.slice(start);
  if (typed.startsWith(text)) return 'typed';
  if (text.startsWith(typed)) return 'pending';
  // The cursor is elsewhere, further on; nothing was inserted at the place.
  if (here.startsWith(text)) return 'typed';
  if (query.suffix !== '' && here.startsWith(query.suffix.slice(0, 40))) return 'ignored';
  return isPart(text.slice(0, commonPrefix(typed, text)), text) ? 'typed' : 'rejected';
}

/** So much of the suggestion that it is no chance. */
function isPart(taken: string, text: string): boolean {
  const inked = (part: string) => part.replace(/\s/g, '').length;
  return inked(taken) >= Math.max(4, inked(text) / 3);
}

/** @param taken characters (UTF-16 units) that a key has written so far */
export type OnOutcome = (id: string, outcome: Verdict, taken: number) => void;

export class OutcomeTracker {
  private readonly clock: Clock;
  private readonly onOutcome: OnOutcome;
  private current: Shown | undefined;
  /** What of the current one stood in the document at the last look, and how much of it a key wrote. */
  private stood = '';
  private keyed = 0;
  /** The last one that was there as if typed, and what of it a key may have written: the editor may tell of the key after the text. */
  private whole: { readonly shown: Shown; readonly taken: number } | undefined;

  constructor(clock: Clock, onOutcome: OnOutcome) {
    this.clock = clock;
    this.onOutcome = onOutcome;
  }

  /** The suggestion that is on the screen and without a verdict. */
  get pending(): Shown | undefined {
    return this.current;
  }

  /** A new suggestion is on the screen; one still pending was replaced without a verdict. */
  shown(id: string, query: CompletionQuery, text: string): void {
    if (this.current !== undefined) this.finish('ignored');
    this.current = { id, query, text, at: this.clock.monotonic() };
    this.stood = '';
    this.keyed = 0;
  }

  /** The item's command ran. Returns what had been shown, if it is still known. */
  accepted(id: string): Shown | undefined {
    const { current, whole } = this;
    if (current?.id === id) {
      this.finish('accepted');
      return current;
    }
    if (whole?.shown.id !== id) return undefined;
    this.whole = undefined;
    this.onOutcome(id, 'accepted', whole.taken);
    return whole.shown;
  }

  /** A key took its next word or line: so many UTF-16 units right before the cursor. Of all of it the item's command tells. */
  took(after: CompletionQuery, length: number): void {
    const shown = this.current;
    const to = this.typedAt(after);
    if (shown === undefined || to === undefined || to.length < length) return;
    if (to.length >= shown.text.length || !shown.text.startsWith(to)) return;
    this.keyed += length;
    this.stood = to;
    this.onOutcome(shown.id, 'partly-accepted', this.keyed);
  }

  /** A later request: its text may tell what became of the suggestion. */
  observe(later: CompletionQuery): void {
    if (this.current === undefined) return;
    const verdict = judge(this.current, later);
    if (verdict === 'pending') {
      this.stood = this.typedAt(later) ?? '';
      return;
    }
    // A good part of it, then off to another place: the last look knows.
    if (verdict === 'ignored' && isPart(this.stood, this.current.text)) {
      this.finish('typed');
      return;
    }
    const unread = verdict === 'rejected' && this.clock.monotonic() - this.current.at < READING_MS;
    this.finish(unread ? 'ignored' : verdict);
  }

  /** Behind the place of the current one, up to the cursor. */
  private typedAt(later: CompletionQuery): string | undefined {
    const start = this.current && placeIn(this.current.query, later);
    return start === undefined ? undefined : later.prefix.slice(start);
  }

  private finish(outcome: Verdict): void {
    const shown = this.current as Shown;
    this.current = undefined;
    const byHand = Math.max(0, this.stood.length - this.keyed);
    const taken = shown.text.length - byHand;
    this.whole = outcome === 'typed' ? { shown, taken } : undefined;
    // Part of it was taken: no later verdict but a full accept says more.
    if (outcome === 'accepted') this.onOutcome(shown.id, outcome, taken);
    else if (this.keyed === 0) this.onOutcome(shown.id, outcome, 0);
  }
}
