// The last two suggestions that were shown, their outcomes, and the events about them. VS Code's stable API reports only a
// full accept (by the item's command), and our own commands report an accepted word or line. Everything else is inferred
// from the text of later requests.
import { randomUUID } from 'node:crypto';
import type { Clock } from '../common/clock.ts';
import type { CompletionQuery, Outcome, Verdict } from '../common/completion.ts';
import { shownCut } from '../routing/decision.ts';
import { commonPrefix, positionIn } from '../text/edits.ts';
import { type CachedAnswer, type CacheHit, insertedAt } from './answer-cache.ts';
import type { Completion, CompletionDeps, CompletionEvent, CompletionRequest, RequestContext } from './types.ts';

/** A shown suggestion, on which a verdict follows. */
export interface ShownSuggestion {
  readonly answer: CachedAnswer;
  /** The shown part of it. */
  readonly text: string;
  readonly request: CompletionRequest;
  readonly confidence: number;
  readonly replaceLength: number;
  /** Monotonic, ms. */
  readonly at: number;
}

export class ShownSuggestions {
  private readonly deps: Pick<CompletionDeps, 'clock' | 'log' | 'onEvent'>;
  private readonly tracker: OutcomeTracker;
  /** By id: the last two, since the editor may still report that the earlier one was accepted. */
  private shown: ReadonlyMap<string, ShownSuggestion> = new Map();

  constructor(
    deps: Pick<CompletionDeps, 'clock' | 'log' | 'onEvent'>,
    onOutcome: (outcome: Verdict, shown: ShownSuggestion | undefined) => void,
  ) {
    this.deps = deps;
    this.tracker = new OutcomeTracker(deps.clock, (id, outcome, acceptedLength) => {
      onOutcome(outcome, this.shown.get(id));
      this.emit({ kind: 'outcome', id, outcome, acceptedLength });
    });
  }

  /** Judges the shown suggestion by the text of a later request. */
  observe(query: CompletionQuery): void {
    this.tracker.observe(query);
  }

  /** The answer that is visible now. */
  get visible(): CachedAnswer | undefined {
    return this.shown.get(this.tracker.pending?.id ?? '')?.answer;
  }

  /** After a full accept: the request for the next position. Undefined if the suggestion was not shown. */
  accepted(id: string): CompletionRequest | undefined {
    const suggestion = this.tracker.accepted(id);
    const shown = this.shown.get(id);
    if (suggestion === undefined || shown === undefined) return undefined;
    const query = insertedAt(suggestion.query, { text: suggestion.text, replaceLength: shown.replaceLength });
    return { query, trigger: 'automatic', indentUnit: shown.request.indentUnit };
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
    this.shown = new Map();
  }

  /** Shows an answer, or the rest of it. @param paid absent: the answer is from the cache */
  show(
    context: RequestContext,
    { answer, rest, replaceLength }: CacheHit,
    paid?: { readonly usd: number },
  ): Completion {
    const { clock } = this.deps;
    const isCached = paid === undefined;
    const text = (context.request.selectedText ?? '') + rest;
    const pending = this.tracker.pending;
    // The user types the suggestion: it continues, and no second event is sent.
    const continued = isCached && pending !== undefined && this.visible === answer;
    const completion: Completion = {
      id: continued ? pending.id : randomUUID(),
      text,
      ...(replaceLength > 0 && { replaceLength }),
      source: answer.source,
      model: answer.model,
      confidence:
        answer.source === 'api' ? answer.decision.pApi : (shownCut(answer.decision)?.p ?? answer.decision.pSpecialist),
      decision: answer.decision,
      latencyMs: clock.monotonic() - context.startedAt,
      costUsd: paid?.usd ?? 0,
      savedUsd: isCached ? 0 : answer.savedUsd,
      cached: isCached,
    };
    if (continued) return completion;
    // This ends a pending suggestion, whose verdict is reported first.
    this.tracker.shown(completion.id, context.request.query, text);
    const { confidence } = completion;
    const now = { answer, text, request: context.request, confidence, replaceLength, at: clock.monotonic() };
    this.shown = new Map([...this.shown].slice(-1)).set(completion.id, now);
    this.emit({ kind: 'answered', request: context.request, completion });
    return completion;
  }

  /** A failing listener must not fail the completion. */
  emit(event: CompletionEvent): void {
    try {
      this.deps.onEvent(event);
    } catch (error) {
      this.deps.log.error(`The listener failed for the event '${event.kind}'.`, error);
    }
  }
}

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
type OnOutcome = (id: string, outcome: Verdict, acceptedLength: number) => void;

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

  /** The pending suggestion was hidden and counts as ignored. */
  withdrawn(): void {
    if (this.current !== undefined) this.finish('ignored');
  }

  /** A new suggestion is visible; a pending one counts as ignored. */
  shown(id: string, query: CompletionQuery, text: string): void {
    this.withdrawn();
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
