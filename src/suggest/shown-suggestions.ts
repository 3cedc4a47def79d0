// The suggestion on the screen, its outcome, and the events about it. VS Code's stable API reports only a full accept
// (by the item's command), and our own commands report an accepted word or line. Everything else is inferred from the
// text of later requests.
import { randomUUID } from 'node:crypto';
import type { CompletionQuery, Outcome, Verdict } from '../common/completion.ts';
import { commonPrefix, positionIn } from '../text/edits.ts';
import { isSame } from './kept-suggestions.ts';
import type { CompletionDeps, CompletionEvent, CompletionRequest, Cursor, Suggestion } from './suggestion.ts';

/** A suggestion on the screen: on it a verdict follows. */
export interface OnScreen {
  readonly suggestion: Suggestion;
  readonly request: CompletionRequest;
  /** Monotonic, ms. */
  readonly at: number;
}

export class ShownSuggestions {
  private readonly deps: Pick<CompletionDeps, 'clock' | 'log' | 'onEvent'>;
  private readonly onOutcome: (outcome: Verdict, shown: OnScreen) => void;
  /** Without a verdict yet. */
  private current: OnScreen | undefined;
  /**
   * Typed part of the current suggestion at the last observation, and the length that was accepted with the keyboard.
   */
  private typedText = '';
  private acceptedLength = 0;
  /**
   * The last suggestion judged 'typed', and the length that a key may have accepted: the editor may report the key
   * after the text.
   */
  private lastTyped: { readonly shown: OnScreen; readonly acceptedLength: number } | undefined;
  /** They end with an event, and nothing is learned from them. */
  private readonly forgotten = new WeakSet<OnScreen>();

  /** @param onOutcome learns from the verdicts */
  constructor(
    deps: Pick<CompletionDeps, 'clock' | 'log' | 'onEvent'>,
    onOutcome: (outcome: Verdict, shown: OnScreen) => void,
  ) {
    this.deps = deps;
    this.onOutcome = onOutcome;
  }

  /** The suggestion that is visible now. */
  get visible(): Suggestion | undefined {
    return this.current && !this.forgotten.has(this.current) ? this.current.suggestion : undefined;
  }

  /** Whether the user asked for it by hand. */
  get isByHand(): boolean {
    return this.current?.request.trigger === 'manual';
  }

  /** Shows a suggestion. While the user types it, it goes on, and no second event is sent. */
  show({ request, startedAt }: Cursor, suggestion: Suggestion): Suggestion {
    const at = this.deps.clock.monotonic();
    const text = (request.selectedText ?? '') + suggestion.text;
    const goesOn = isSame(suggestion, this.visible);
    const shown = { ...suggestion, text, latencyMs: at - startedAt, id: goesOn ? suggestion.id : randomUUID() };
    if (goesOn) return shown;
    // The pending suggestion ends, and its verdict is reported first.
    this.withdrawn();
    this.current = { suggestion: shown, request, at };
    this.typedText = '';
    this.acceptedLength = 0;
    this.emit({ kind: 'answered', request, suggestion: shown });
    return shown;
  }

  /** The pending suggestion was hidden and counts as ignored. */
  withdrawn(): void {
    if (this.current !== undefined) this.finish('ignored');
  }

  /** The suggestions so far may not be learned from any more. */
  forget(): void {
    for (const shown of [this.current, this.lastTyped?.shown]) if (shown) this.forgotten.add(shown);
  }

  /** The whole suggestion was accepted. The request for the next position, if it is still known. */
  accepted(id: string): CompletionRequest | undefined {
    const { current, lastTyped } = this;
    if (current?.suggestion.id === id) {
      this.finish('accepted');
      return this.requestAfter(current);
    }
    if (lastTyped?.shown.suggestion.id !== id) return undefined;
    this.lastTyped = undefined;
    this.report('accepted', lastTyped.shown, lastTyped.acceptedLength);
    return this.requestAfter(lastTyped.shown);
  }

  /**
   * Its next word or line was accepted: `length` UTF-16 units before the cursor. A full accept is reported by the
   * item's command.
   */
  partAccepted(after: CompletionQuery, length: number): void {
    const typed = this.typedAt(after);
    if (this.current === undefined || typed === undefined || typed.length < length) return;
    const { text } = this.current.suggestion;
    if (typed.length >= text.length || !text.startsWith(typed)) return;
    this.acceptedLength += length;
    this.typedText = typed;
    this.report('partly-accepted', this.current, this.acceptedLength);
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
    const unread = verdict === 'rejected' && this.deps.clock.monotonic() - this.current.at < READING_MS;
    this.finish(unread ? 'ignored' : verdict);
  }

  /** A failing listener must not fail the suggestion. */
  emit(event: CompletionEvent): void {
    try {
      this.deps.onEvent(event);
    } catch (error) {
      this.deps.log.error(`The listener failed for the event '${event.kind}'.`, error);
    }
  }

  private requestAfter(shown: OnScreen): CompletionRequest | undefined {
    if (this.forgotten.has(shown)) return undefined;
    const { query, indentUnit } = shown.request;
    const { text, replaceLength } = shown.suggestion;
    const suffix = query.suffix.slice(replaceLength);
    return { query: { ...query, prefix: query.prefix + text, suffix }, trigger: 'automatic', indentUnit };
  }

  /** Text between the suggestion's position and the cursor. */
  private typedAt(later: CompletionQuery): string | undefined {
    const start = this.current && positionIn(this.current.request.query, later);
    return start === undefined ? undefined : later.prefix.slice(start);
  }

  private finish(outcome: Verdict): void {
    const shown = this.current as OnScreen;
    this.current = undefined;
    const byHand = Math.max(0, this.typedText.length - this.acceptedLength);
    const acceptedLength = shown.suggestion.text.length - byHand;
    this.lastTyped = outcome === 'typed' ? { shown, acceptedLength } : undefined;
    // After a partial accept only a full accept changes the verdict.
    if (outcome === 'accepted') this.report(outcome, shown, acceptedLength);
    else if (this.acceptedLength === 0) this.report(outcome, shown, 0);
  }

  private report(outcome: Verdict, shown: OnScreen, acceptedLength: number): void {
    if (!this.forgotten.has(shown)) this.onOutcome(outcome, shown);
    this.emit({ kind: 'outcome', id: shown.suggestion.id, outcome, acceptedLength });
  }
}

/** A suggestion that was shown for less time was not read, so it was not rejected, ms. */
const READING_MS = 300;
/** Length of the text after the position that is compared, UTF-16 units. */
const NEAR = 200;

/**
 * The verdict according to the text of a later request; 'pending' while the suggestion can still be accepted. A part
 * counts as typed from four characters and a third of the text on; less may be coincidence.
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
