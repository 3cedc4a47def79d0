// What became of a shown suggestion. The stable API of VS Code tells only of an accept (by the item's command); the rest
// is read from later requests' text.
import type { Clock } from '../common/clock.ts';
import type { CompletionQuery, Outcome } from '../common/completion.ts';
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
 * as taken from four characters or a third of the text on; less is what one happens to type alike.
 */
export function judge(shown: Pick<Shown, 'query' | 'text'>, later: CompletionQuery): Outcome {
  const { query, text } = shown;
  if (later.path !== query.path) return 'ignored';
  const start = placeIn(query, later);
  if (start === undefined) return 'ignored';
  const here = (later.prefix + later.suffix).slice(start, start + text.length + NEAR);
  if (start > later.prefix.length) return here.startsWith(text) ? 'accepted' : 'ignored';
  const typed = later.prefix.slice(start);
  if (typed.startsWith(text)) return 'accepted';
  if (text.startsWith(typed)) return 'pending';
  // The cursor is elsewhere, further on; nothing was inserted at the place.
  if (here.startsWith(text)) return 'accepted';
  if (query.suffix !== '' && here.startsWith(query.suffix.slice(0, 40))) return 'ignored';
  return isPart(text.slice(0, commonPrefix(typed, text)), text) ? 'partly-accepted' : 'rejected';
}

/** So much of the suggestion that it was taken rather than happened to be typed. */
function isPart(taken: string, text: string): boolean {
  const inked = (part: string) => part.replace(/\s/g, '').length;
  return inked(taken) >= Math.max(4, inked(text) / 3);
}

export class OutcomeTracker {
  private readonly clock: Clock;
  private readonly onOutcome: (id: string, outcome: Exclude<Outcome, 'pending'>) => void;
  private current: Shown | undefined;
  /** What of the current one stood in the document at the last look. */
  private taken = '';
  /** Taken in part by the editor's own command; a later full accept still counts. */
  private readonly partly = new Set<string>();

  constructor(clock: Clock, onOutcome: (id: string, outcome: Exclude<Outcome, 'pending'>) => void) {
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
    this.taken = '';
  }

  /** The item's command ran. Returns what had been shown, if it is still known. */
  accepted(id: string): Shown | undefined {
    const shown = this.current;
    if (shown?.id !== id) return undefined;
    this.finish('accepted');
    return shown;
  }

  /** The editor inserted the first `length` UTF-16 units. All of it: an accept. */
  partlyAccepted(id: string, length: number): void {
    const shown = this.current;
    if (shown?.id !== id || length <= 0) return;
    if (length >= shown.text.length) this.finish('accepted');
    else if (!this.partly.has(id)) {
      this.partly.add(id);
      this.onOutcome(id, 'partly-accepted');
    }
  }

  /** A later request: its text may tell what became of the suggestion. */
  observe(later: CompletionQuery): void {
    if (this.current === undefined) return;
    const verdict = judge(this.current, later);
    if (verdict === 'pending') {
      this.taken = later.prefix.slice(placeIn(this.current.query, later) ?? later.prefix.length);
      return;
    }
    // Word by word, then off to another place: the last look knows.
    if (verdict === 'ignored' && isPart(this.taken, this.current.text)) {
      this.finish('partly-accepted');
      return;
    }
    const unread = verdict === 'rejected' && this.clock.monotonic() - this.current.at < READING_MS;
    this.finish(unread ? 'ignored' : verdict);
  }

  private finish(outcome: Exclude<Outcome, 'pending'>): void {
    const shown = this.current as Shown;
    this.current = undefined;
    // Part of it was taken: no later verdict but a full accept says more.
    const known = this.partly.delete(shown.id);
    if (!known || outcome === 'accepted') this.onOutcome(shown.id, outcome);
  }
}
