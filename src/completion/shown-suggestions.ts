// The last two suggestions that were shown, their outcomes, and the events about them.
import { randomUUID } from 'node:crypto';
import type { CompletionQuery, Verdict } from '../common/completion.ts';
import { shownCut } from '../routing/decision.ts';
import { type CachedAnswer, type CacheHit, insertedAt } from './answer-cache.ts';
import type { RequestContext } from './request-context.ts';
import { OutcomeTracker } from './tracker.ts';
import type { Completion, CompletionDeps, CompletionEvent, CompletionRequest } from './types.ts';

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
