// What is on the screen: the answer that was shown last, what becomes of it and of the one before, and who is told.
import { randomUUID } from 'node:crypto';
import type { CompletionQuery, Verdict } from '../common/completion.ts';
import type { Decision } from '../routing/types.ts';
import { type CachedAnswer, insertedAt } from './answer-cache.ts';
import { OutcomeTracker } from './tracker.ts';
import type { RequestContext } from './turn.ts';
import type { Completion, CompletionDeps, CompletionEvent, CompletionRequest } from './types.ts';

/** What a verdict is about. */
export interface OnScreen {
  readonly answer: CachedAnswer;
  readonly request: CompletionRequest;
  readonly confidence: number;
  readonly over: number;
}

export class Screen {
  private readonly deps: Pick<CompletionDeps, 'clock' | 'log' | 'onEvent'>;
  private readonly tracker: OutcomeTracker;
  /** By id: the last one, and that before it, of which the editor may still tell that a key took it. */
  private shown: ReadonlyMap<string, OnScreen> = new Map();

  constructor(
    deps: Pick<CompletionDeps, 'clock' | 'log' | 'onEvent'>,
    onOutcome: (outcome: Verdict, shown: OnScreen | undefined) => void,
  ) {
    this.deps = deps;
    this.tracker = new OutcomeTracker(deps.clock, (id, outcome, taken) => {
      onOutcome(outcome, this.shown.get(id));
      this.tell({ kind: 'outcome', id, outcome, taken });
    });
  }

  /** Where the user is now: what is shown is typed along with, or is not. */
  observe(query: CompletionQuery): void {
    this.tracker.observe(query);
  }

  /** What can be seen at this moment. */
  get visible(): CachedAnswer | undefined {
    return this.shown.get(this.tracker.pending?.id ?? '')?.answer;
  }

  /** All of it was taken: the request for what comes next. Undefined where it was not on the screen. */
  accepted(id: string): CompletionRequest | undefined {
    const taken = this.tracker.accepted(id);
    const shown = this.shown.get(id);
    if (taken === undefined || shown === undefined) return undefined;
    const query = insertedAt(taken.query, { text: taken.text, over: shown.over });
    return { query, trigger: 'automatic', indentUnit: shown.request.indentUnit };
  }

  /** Its next word or line was. */
  took(after: CompletionQuery, length: number): void {
    this.tracker.took(after, length);
  }

  /** What was shown says nothing any more. */
  forget(): void {
    this.shown = new Map();
  }

  show(
    turn: RequestContext,
    answer: CachedAnswer,
    {
      text: rest,
      over,
      ...figures
    }: Pick<Completion, 'text' | 'latencyMs' | 'costUsd' | 'cached'> & { readonly over: number },
  ): Completion {
    const text = (turn.request.selectedText ?? '') + rest;
    const pending = this.tracker.pending;
    // The user types along what is on the screen: the same suggestion goes on, and nobody is told twice.
    const continued = figures.cached && pending !== undefined && this.visible === answer;
    const completion: Completion = {
      id: continued ? pending.id : randomUUID(),
      text,
      ...(over > 0 && { over }),
      source: answer.source,
      model: answer.model,
      confidence:
        answer.source === 'api' ? answer.decision.pApi : (answer.decision.shown?.p ?? answer.decision.pSpecialist),
      decision: answer.decision,
      savedUsd: figures.cached ? 0 : answer.savedUsd,
      ...figures,
    };
    if (continued) return completion;
    // One that was still pending ends with this, and its verdict is about it.
    this.tracker.shown(completion.id, turn.request.query, text);
    const now = { answer, request: turn.request, confidence: completion.confidence, over };
    this.shown = new Map([...this.shown].slice(-1)).set(completion.id, now);
    this.tell({ kind: 'answered', request: turn.request, completion });
    return completion;
  }

  /** A listener that fails must not take the completion with it. */
  tell(event: CompletionEvent): void {
    try {
      this.deps.onEvent(event);
    } catch (error) {
      this.deps.log.error(`Nobody heard of '${event.kind}'.`, error);
    }
  }

  nothing(turn: RequestContext, decision?: Decision): undefined {
    this.tell({ kind: 'nothing', request: turn.request, ...(decision === undefined ? {} : { decision }) });
    return undefined;
  }
}
