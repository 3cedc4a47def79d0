// The outcome of a shown suggestion. VS Code's stable API reports only a full accept (by the item's command), and our
// own commands report an accepted word or line. Everything else is inferred from the text of later requests.
import type { Clock } from '../common/clock.ts';
import type { CompletionQuery, Outcome, Verdict } from '../common/completion.ts';
import { commonPrefix, positionIn } from '../text/edits.ts';

export interface Shown {
  readonly id: string;
  readonly query: CompletionQuery;
  readonly text: string;
  /** Monotonic, ms. */
  readonly at: number;
}

/** A suggestion that was shown for less time was not read, so it was not rejected, ms. */
const READING_MS = 300;
/** Length of the text after the position that is compared, UTF-16 units. */
const NEAR = 200;

/**
 * The verdict according to the text of a later request; 'pending' while the suggestion can still be accepted. A part
 * counts as typed from four characters or a third of the text on; less may be coincidence.
 */
export function judge(shown: Pick<Shown, 'query' | 'text'>, later: CompletionQuery): Outcome {
  const { query, text } = shown;
  if (later.path !== query.path) return 'ignored';
  const start = positionIn(query, later);
  if (start === undefined) return 'ignored';
  const here = (later.prefix + later.suffix).slice(start, start + text.length + NEAR);
  if (start > later.prefix.length) return here.startsWith(text) ? 'typed' : 'ignored';
  const typed = later.prefix.slice(start);
  if (typed.startsWith(text)) return 'typed';
  if (text.startsWith(typed)) return 'pending';
  // The cursor is further on, and nothing was inserted at the position.
  if (here.startsWith(text)) return 'typed';
  if (query.suffix !== '' && here.startsWith(query.suffix.slice(0, 40))) return 'ignored';
  return isPart(text.slice(0, commonPrefix(typed, text)), text) ? 'typed' : 'rejected';
}

/** Whether the typed part is too long for a coincidence. */
function isPart(typed: string, text: string): boolean {
  const visibleLength = (part: string) => part.replace(/\s/g, '').length;
  return visibleLength(typed) >= Math.max(4, visibleLength(text) / 3);
}

/** @param acceptedLength UTF-16 units that were accepted with the keyboard so far */
export type OnOutcome = (id: string, outcome: Verdict, acceptedLength: number) => void;

export class OutcomeTracker {
  private readonly clock: Clock;
  private readonly onOutcome: OnOutcome;
  private current: Shown | undefined;
  /** Typed part of the current suggestion at the last observation, and the length that was accepted with the keyboard. */
  private typedText = '';
  private acceptedLength = 0;
  /**
   * The last suggestion judged 'typed', and the length that a key may have accepted: the editor may report the key
   * after the text.
   */
  private lastTyped: { readonly shown: Shown; readonly acceptedLength: number } | undefined;

  constructor(clock: Clock, onOutcome: OnOutcome) {
    this.clock = clock;
    this.onOutcome = onOutcome;
  }

  /** The visible suggestion without a verdict. */
  get pending(): Shown | undefined {
    return this.current;
  }

  /** A new suggestion is visible; a pending one counts as ignored. */
  shown(id: string, query: CompletionQuery, text: string): void {
    if (this.current !== undefined) this.finish('ignored');
    this.current = { id, query, text, at: this.clock.monotonic() };
    this.typedText = '';
    this.acceptedLength = 0;
  }

  /** The whole suggestion was accepted. Returns it if it is still known. */
  accepted(id: string): Shown | undefined {
    const { current, lastTyped } = this;
    if (current?.id === id) {
      this.finish('accepted');
      return current;
    }
    if (lastTyped?.shown.id !== id) return undefined;
    this.lastTyped = undefined;
    this.onOutcome(id, 'accepted', lastTyped.acceptedLength);
    return lastTyped.shown;
  }

  /**
   * Its next word or line was accepted: `length` UTF-16 units before the cursor. A full accept is reported by the
   * item's command.
   */
  partAccepted(after: CompletionQuery, length: number): void {
    const shown = this.current;
    const typed = this.typedAt(after);
    if (shown === undefined || typed === undefined || typed.length < length) return;
    if (typed.length >= shown.text.length || !shown.text.startsWith(typed)) return;
    this.acceptedLength += length;
    this.typedText = typed;
    this.onOutcome(shown.id, 'partly-accepted', this.acceptedLength);
  }

  /** Judges the suggestion by the text of a later request. */
  observe(later: CompletionQuery): void {
    if (this.current === undefined) return;
    const verdict = judge(this.current, later);
    if (verdict === 'pending') {
      this.typedText = this.typedAt(later) ?? '';
      return;
    }
    // The user typed a good part and moved away: the last observation decides.
    if (verdict === 'ignored' && isPart(this.typedText, this.current.text)) {
      this.finish('typed');
      return;
    }
    const unread = verdict === 'rejected' && this.clock.monotonic() - this.current.at < READING_MS;
    this.finish(unread ? 'ignored' : verdict);
  }

  /** Text between the suggestion's position and the cursor. */
  private typedAt(later: CompletionQuery): string | undefined {
    const start = this.current && positionIn(this.current.query, later);
    return start === undefined ? undefined : later.prefix.slice(start);
  }

  private finish(outcome: Verdict): void {
    const shown = this.current as Shown;
    this.current = undefined;
    const byHand = Math.max(0, this.typedText.length - this.acceptedLength);
    const acceptedLength = shown.text.length - byHand;
    this.lastTyped = outcome === 'typed' ? { shown, acceptedLength } : undefined;
    // After a partial accept only a full accept changes the verdict.
    if (outcome === 'accepted') this.onOutcome(shown.id, outcome, acceptedLength);
    else if (this.acceptedLength === 0) this.onOutcome(shown.id, outcome, 0);
  }
}
