// A folder's suggestions: one request at a time, and what begins, ends or renews them. What happens in a request is in
// suggest.ts.
import type { CompletionQuery } from '../common/completion.ts';
import type { Disposable } from '../common/disposable.ts';
import { CodedError, isCancelled } from '../common/errors.ts';
import { positionAt } from '../prompts/completion/completion-position.ts';
import type { LlmRequest } from '../prompts/completion/llm-request.ts';
import { sentenceOf } from '../routing/decision.ts';
import { ApiCalls } from './api-calls.ts';
import { knownAt } from './known.ts';
import { LocalDrafts } from './local-drafts.ts';
import { ShownSuggestions } from './shown-suggestions.ts';
import { prefetch, type Suggesting, suggest } from './suggest.ts';
import {
  type CompletionDeps,
  type CompletionRequest,
  type Cursor,
  continuesWord,
  cursorOf,
  isNothing,
  type Nothing,
  nothing,
  type Suggestion,
} from './suggestion.ts';
import { SuggestionCache } from './suggestion-cache.ts';
import { VerdictMemory } from './verdict-memory.ts';

/** The editor's suggestion list waits at most this long for an answer, ms. */
const LIST_WAIT_MS = 100;

export class Suggester implements Disposable {
  private readonly deps: CompletionDeps;
  private readonly has: Suggesting;
  private current: AbortController | undefined;
  private prefetching: AbortController | undefined;
  private disposed = false;

  constructor(deps: CompletionDeps) {
    this.deps = deps;
    const cache = new SuggestionCache();
    const verdicts = new VerdictMemory(deps.clock);
    const screen = new ShownSuggestions(deps, (outcome, shown) => {
      if (outcome === 'accepted') api.typing.recordAcceptance(deps.clock.monotonic() - shown.at);
      verdicts.outcome(outcome, shown);
    });
    const api = new ApiCalls(deps, cache, verdicts, (event) => screen.emit(event));
    const local = new LocalDrafts(deps, verdicts, api);
    const { clock, log, onReady = () => {} } = deps;
    this.has = { cache, verdicts, screen, api, local, clock, log, onReady };
  }

  /**
   * What to show, or why nothing. A new request cancels the one before it. Never rejects: cancellation is silent,
   * failures of the API become an event, others go to the log.
   */
  async suggest(request: CompletionRequest, signal: AbortSignal): Promise<Suggestion | Nothing> {
    const result = await this.resultOf(request, signal);
    const { decision } = result;
    const sentence = decision === undefined ? '' : ` ${sentenceOf(decision)}`;
    this.deps.log.debug(isNothing(result) ? `No suggestion: ${result.reason}.${sentence}` : `Suggestion:${sentence}`);
    if (isNothing(result) && decision !== undefined) this.has.screen.emit({ kind: 'nothing', request, decision });
    return result;
  }

  /** Starts the specialist's draft after a key: the editor requests this position in a moment. Sends no event. */
  begin(request: CompletionRequest): void {
    if (this.disposed || continuesWord(request.query)) return;
    const cursor = this.cursorOf(request, new AbortController().signal);
    if (knownAt(cursor, this.has) === undefined) this.has.local.begin(cursor);
  }

  /** Prefills the prompt where the cursor rests. */
  warm(query: CompletionQuery): void {
    if (!this.disposed) this.has.local.warm(positionAt(query), this.deps.settings(query));
  }

  /** The prompt that a call at this position would send, without calling. Rejects if it cannot be redacted. */
  async preview(request: CompletionRequest, signal: AbortSignal): Promise<LlmRequest> {
    const { local, api } = this.has;
    const cursor = this.cursorOf(request, signal);
    return api.requestFor(cursor, await local.suggestionAt(cursor));
  }

  /** The user accepted the whole suggestion. Prefetches the next one. */
  accepted(id: string): void {
    const next = this.has.screen.accepted(id);
    if (next !== undefined && !this.disposed) void this.prefetch(next);
  }

  /** The user accepted the next word or line: `length` UTF-16 units before the cursor. */
  partAccepted(after: CompletionQuery, length: number): void {
    this.has.screen.partAccepted(after, length);
  }

  /** The visible suggestion was hidden although the user did not reject it. */
  withdrawn(): void {
    this.has.screen.withdrawn();
  }

  /**
   * After a change of the large model or of the files' rules, or the deletion of data: drops what is kept, the request
   * that runs, and in-flight calls.
   */
  reset(): void {
    this.abortRequests('What the answer is made of may not be used any more.');
    this.has.screen.forget();
    this.renew();
  }

  /** After a change of the folder's index or model: the same, but the visible suggestion stays. */
  renew(): void {
    this.has.api.abort();
    this.has.cache.clear(this.has.screen.visible);
  }

  dispose(): void {
    this.disposed = true;
    this.abortRequests('Disposed.');
    this.has.api.abort();
    this.has.cache.clear();
  }

  private cursorOf(request: CompletionRequest, signal: AbortSignal): Cursor {
    return cursorOf(this.deps, request, (query) => this.has.local.indexRevisionAt(query), signal);
  }

  private abortRequests(reason: string): void {
    for (const running of [this.current, this.prefetching]) running?.abort(new CodedError('cancelled', reason));
  }

  private async resultOf(request: CompletionRequest, signal: AbortSignal): Promise<Suggestion | Nothing> {
    this.current?.abort(new CodedError('cancelled', 'A newer request came.'));
    if (this.disposed) return nothing('disposed');
    if (signal.aborted) return nothing('cancelled by the editor');
    const own = new AbortController();
    this.current = own;
    this.has.screen.observe(request.query);
    const cursor = this.cursorOf(request, AbortSignal.any([signal, own.signal]));
    if (!cursor.isManual) this.has.api.recordKeystroke(cursor);
    try {
      return await (cursor.opensList ? this.beforeList(cursor) : suggest(cursor, this.has));
    } catch (error) {
      if (this.disposed) return nothing('disposed');
      // A request is aborted here with an error of ours, by the editor with its own.
      const isOverdue = cursor.signal.reason instanceof CodedError;
      if (cursor.signal.aborted) return nothing(isOverdue ? 'a newer request came' : 'cancelled by the editor');
      if (isCancelled(error)) return nothing('cancelled by the editor');
      this.deps.log.error('A suggestion failed.', error);
      return nothing('failed');
    }
  }

  /** A suggestion within LIST_WAIT_MS, or none: the editor's list waits for it. */
  private async beforeList(cursor: Cursor): Promise<Suggestion | Nothing> {
    // Aborted when the suggestion has come: ends the timer.
    const answered = new AbortController();
    const late = this.deps.clock.sleep(LIST_WAIT_MS, AbortSignal.any([cursor.signal, answered.signal])).then(() => {
      cursor.listIsOpen = true;
      return nothing('the list is open');
    });
    try {
      return await Promise.race([suggest(cursor, this.has), late]);
    } finally {
      answered.abort();
      late.catch(() => {});
    }
  }

  private async prefetch(request: CompletionRequest): Promise<void> {
    this.prefetching?.abort(new CodedError('cancelled', 'A newer prefetch came.'));
    const own = new AbortController();
    this.prefetching = own;
    try {
      await prefetch(this.cursorOf(request, own.signal), this.has);
    } catch (error) {
      if (!own.signal.aborted && !isCancelled(error)) this.deps.log.error('A prefetch failed.', error);
    }
  }
}
