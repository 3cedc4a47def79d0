// The last two suggestions that were shown, their outcomes, and the events about them. VS Code's stable API reports only a
// full accept (by the item's command), and our own commands report an accepted word or line. Everything else is inferred
// from the text of later requests.
import { randomUUID } from 'node:crypto';
import type { Clock } from '../common/clock.ts';
import type { CompletionQuery, Outcome, Verdict } from '../common/completion.ts';
import { commonPrefix, positionIn } from '../text/edits.ts';
import type { CompletionDeps, CompletionEvent, CompletionRequest, Cursor, Suggestion } from './suggestion.ts';
import { isSame } from './suggestion-cache.ts';

/** A suggestion on the screen: on it a verdict follows. */
export interface OnScreen {
  readonly suggestion: Suggestion;
  readonly request: CompletionRequest;
  /** Monotonic, ms. */
  readonly at: number;
}

export class ShownSuggestions {
  private readonly deps: Pick<CompletionDeps, 'clock' | 'log' | 'onEvent'>;
  private readonly tracker: OutcomeTracker;
  /** The last two, since the editor may still report that the earlier one was accepted. */
  private shown: readonly OnScreen[] = [];

  constructor(
    deps: Pick<CompletionDeps, 'clock' | 'log' | 'onEvent'>,
    onOutcome: (outcome: Verdict, shown: OnScreen | undefined) => void,
  ) {
    this.deps = deps;
    this.tracker = new OutcomeTracker(deps.clock, (id, outcome, acceptedLength) => {
      onOutcome(outcome, this.withId(id));
      this.emit({ kind: 'outcome', id, outcome, acceptedLength });
    });
  }

  /** Judges the shown suggestion by the text of a later request. */
  observe(query: CompletionQuery): void {
    this.tracker.observe(query);
  }

  /** The suggestion that is visible now. */
  get visible(): Suggestion | undefined {
    return this.withId(this.tracker.pending?.suggestion.id)?.suggestion;
  }

  /** After a full accept: the request for the next position. Undefined if the suggestion was not shown. */
  accepted(id: string): CompletionRequest | undefined {
    const accepted = this.tracker.accepted(id);
    if (accepted === undefined || this.withId(id) === undefined) return undefined;
    const { query, indentUnit } = accepted.request;
    const { text, replaceLength } = accepted.suggestion;
    const suffix = query.suffix.slice(replaceLength);
    return { query: { ...query, prefix: query.prefix + text, suffix }, trigger: 'automatic', indentUnit };
  }

  /** After the next word or line of the suggestion was accepted. @param length of the accepted part, UTF-16 units */
  partAccepted(after: CompletionQuery, length: number): void {
    this.tracker.partAccepted(after, length);
  }

  withdrawn(): void {
    this.tracker.withdrawn();
  }

  /** Verdicts about earlier suggestions no longer count. */
  forget(): void {
    this.shown = [];
  }

  /** Shows a suggestion. While the user types it, it goes on, and no second event is sent. */
  show({ request, startedAt }: Cursor, suggestion: Suggestion): Suggestion {
    const at = this.deps.clock.monotonic();
    const text = (request.selectedText ?? '') + suggestion.text;
    const goesOn = isSame(suggestion, this.visible);
    const shown = { ...suggestion, text, latencyMs: at - startedAt, id: goesOn ? suggestion.id : randomUUID() };
    if (goesOn) return shown;
    // This ends a pending suggestion, whose verdict is reported first.
    const now = { suggestion: shown, request, at };
    this.tracker.shown(now);
    this.shown = [...this.shown.slice(-1), now];
    this.emit({ kind: 'answered', request, suggestion: shown });
    return shown;
  }

  /** A failing listener must not fail the suggestion. */
  emit(event: CompletionEvent): void {
    try {
      this.deps.onEvent(event);
    } catch (error) {
      this.deps.log.error(`The listener failed for the event '${event.kind}'.`, error);
    }
  }

  private withId(id: string | undefined): OnScreen | undefined {
    return this.shown.find(({ suggestion }) => suggestion.id === id);
  }
}

/** A suggestion that was shown for less time was not read, so it was not rejected, ms. */
const READING_MS = 300;
/** Length of the text after the position that is compared, UTF-16 units. */
const NEAR = 200;

/**
 * The verdict according to the text of a later request; 'pending' while the suggestion can still be accepted. A part
 * counts as typed from four characters or a third of the text on; less may be coincidence.
 */
export function judge({ request: { query }, suggestion: { text } }: OnScreen, later: CompletionQuery): Outcome {
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
type OnOutcome = (id: string, outcome: Verdict, acceptedLength: number) => void;

export class OutcomeTracker {
  private readonly clock: Clock;
  private readonly onOutcome: OnOutcome;
  private current: OnScreen | undefined;
  /** Typed part of the current suggestion at the last observation, and the length that was accepted with the keyboard. */
  private typedText = '';
  private acceptedLength = 0;
  /**
   * The last suggestion judged 'typed', and the length that a key may have accepted: the editor may report the key
   * after the text.
   */
  private lastTyped: { readonly shown: OnScreen; readonly acceptedLength: number } | undefined;

  constructor(clock: Clock, onOutcome: OnOutcome) {
    this.clock = clock;
    this.onOutcome = onOutcome;
  }

  /** The visible suggestion without a verdict. */
  get pending(): OnScreen | undefined {
    return this.current;
  }

  /** The pending suggestion was hidden and counts as ignored. */
  withdrawn(): void {
    if (this.current !== undefined) this.finish('ignored');
  }

  /** A new suggestion is visible; a pending one counts as ignored. */
  shown(now: OnScreen): void {
    this.withdrawn();
    this.current = now;
    this.typedText = '';
    this.acceptedLength = 0;
  }

  /** The whole suggestion was accepted. Returns it if it is still known. */
  accepted(id: string): OnScreen | undefined {
    const { current, lastTyped } = this;
    if (current?.suggestion.id === id) {
      this.finish('accepted');
      return current;
    }
    if (lastTyped?.shown.suggestion.id !== id) return undefined;
    this.lastTyped = undefined;
    this.onOutcome(id, 'accepted', lastTyped.acceptedLength);
    return lastTyped.shown;
  }

  /**
   * Its next word or line was accepted: `length` UTF-16 units before the cursor. A full accept is reported by the
   * item's command.
   */
  partAccepted(after: CompletionQuery, length: number): void {
    const typed = this.typedAt(after);
    if (this.current === undefined || typed === undefined || typed.length < length) return;
    const { id, text } = this.current.suggestion;
    if (typed.length >= text.length || !text.startsWith(typed)) return;
    this.acceptedLength += length;
    this.typedText = typed;
    this.onOutcome(id, 'partly-accepted', this.acceptedLength);
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
    if (verdict === 'ignored' && isPart(this.typedText, this.current.suggestion.text)) {
      this.finish('typed');
      return;
    }
    const unread = verdict === 'rejected' && this.clock.monotonic() - this.current.at < READING_MS;
    this.finish(unread ? 'ignored' : verdict);
  }

  /** Text between the suggestion's position and the cursor. */
  private typedAt(later: CompletionQuery): string | undefined {
    const start = this.current && positionIn(this.current.request.query, later);
    return start === undefined ? undefined : later.prefix.slice(start);
  }

  private finish(outcome: Verdict): void {
    const shown = this.current as OnScreen;
    const { id, text } = shown.suggestion;
    this.current = undefined;
    const byHand = Math.max(0, this.typedText.length - this.acceptedLength);
    const acceptedLength = text.length - byHand;
    this.lastTyped = outcome === 'typed' ? { shown, acceptedLength } : undefined;
    // After a partial accept only a full accept changes the verdict.
    if (outcome === 'accepted') this.onOutcome(id, outcome, acceptedLength);
    else if (this.acceptedLength === 0) this.onOutcome(id, outcome, 0);
  }
}
