// A folder's suggestions: one request at a time, and what begins, ends or renews them. What happens in a request is in
// suggest.ts.
import type { CompletionQuery } from '../common/completion.ts';
import type { Disposable } from '../common/disposable.ts';
import { CodedError, isCancelled } from '../common/errors.ts';
import { FollowingEdits } from '../edits/large-model/ask.ts';
import { positionAt } from '../prompts/completion/completion-position.ts';
import type { LlmRequest } from '../prompts/completion/llm-request.ts';
import { sentenceOf } from '../routing/decision.ts';
import { ApiCalls } from './api-calls.ts';
import type { Exit } from './exits.ts';
import { KeptSuggestions } from './kept-suggestions.ts';
import { knownAt } from './known.ts';
import { LocalDrafts } from './local-drafts.ts';
import { redactedQuery } from './redacted-request.ts';
import { ShownSuggestions } from './shown-suggestions.ts';
import { prefetch, type SuggestDeps, suggest } from './suggest.ts';
import {
  type CompletionDeps,
  type CompletionRequest,
  type Cursor,
  continuesWord,
  cursorOf,
  isNothing,
  type Nothing,
  nothing,
  offAt,
  type Shown,
} from './suggestion.ts';
import { VerdictMemory } from './verdict-memory.ts';

/** The editor's suggestion list waits at most this long for an answer, ms. */
const LIST_WAIT_MS = 100;

/** A request was ended here; the editor ends one with an error of its own. */
class Ended extends CodedError {
  readonly exit: Exit;

  constructor(exit: Exit) {
    super('cancelled', exit);
    this.exit = exit;
  }
}

export class Suggester implements Disposable {
  private readonly deps: CompletionDeps;
  private readonly parts: SuggestDeps;
  /** Edits elsewhere than at the cursor, by the large model. */
  readonly following: FollowingEdits;
  private current: AbortController | undefined;
  private prefetching: AbortController | undefined;
  private disposed = false;

  constructor(deps: CompletionDeps) {
    this.deps = deps;
    const kept = new KeptSuggestions();
    const verdicts = new VerdictMemory(deps.clock);
    const screen = new ShownSuggestions(deps, (outcome, shown) => {
      if (outcome === 'accepted') api.typing.recordAcceptance(deps.clock.monotonic() - shown.at);
      verdicts.outcome(outcome, shown);
    });
    const api = new ApiCalls(deps, kept, verdicts, (event) => screen.emit(event));
    const local = new LocalDrafts(deps, verdicts, api);
    const { clock, log, onReady = () => {} } = deps;
    this.parts = { kept, verdicts, screen, api, local, clock, log, onReady };
    this.following = new FollowingEdits({
      ...deps,
      api,
      redactQuery: (query) => redactedQuery(query, deps.redact),
      offAt: (query) => offAt(query, deps.settings(query)),
    });
  }

  /**
   * What to show, or why nothing. A new request cancels the one before it. Never rejects: cancellation is silent,
   * failures of the API become an event, others go to the log.
   */
  async suggest(request: CompletionRequest, signal: AbortSignal): Promise<Shown | Nothing> {
    const result = await this.resultOf(request, signal);
    const { decision } = result;
    const sentence = decision === undefined ? '' : ` ${sentenceOf(decision)}`;
    this.deps.log.debug(isNothing(result) ? `No suggestion: ${result.reason}.${sentence}` : `Suggestion:${sentence}`);
    if (isNothing(result) && decision !== undefined) this.parts.screen.emit({ kind: 'nothing', request, decision });
    return result;
  }

  /** Starts the specialist's draft after a key: the editor requests this position in a moment. Sends no event. */
  begin(request: CompletionRequest): void {
    if (this.disposed || continuesWord(request.query)) return;
    const cursor = this.cursorOf(request, new AbortController().signal);
    if (offAt(request.query, cursor.settings) === undefined && !knownAt(cursor, this.parts).suggestion)
      this.parts.local.begin(cursor);
  }

  /** Prefills the prompt where the cursor rests. */
  warm(query: CompletionQuery): void {
    if (this.disposed) return;
    const settings = this.deps.settings(query);
    if (offAt(query, settings) === undefined) this.parts.local.warm(positionAt(query), settings);
  }

  /** The prompt that a call at this position would send, without calling. Rejects if it cannot be redacted. */
  async preview(request: CompletionRequest, signal: AbortSignal): Promise<LlmRequest> {
    const { local, api } = this.parts;
    const cursor = this.cursorOf(request, signal);
    return api.requestFor(cursor, await local.decidedDraft(cursor));
  }

  /** The user accepted the whole suggestion. Prefetches the next one. */
  accepted(id: string): void {
    const next = this.parts.screen.accepted(id);
    if (next !== undefined && !this.disposed) void this.prefetch(next);
  }

  /** The user accepted the next word or line: `length` UTF-16 units before the cursor. */
  partAccepted(after: CompletionQuery, length: number): void {
    this.parts.screen.partAccepted(after, length);
  }

  /** The visible suggestion was hidden although the user did not reject it. */
  withdrawn(): void {
    this.parts.screen.withdrawn();
  }

  /**
   * After a change of the large model or of the files' rules, or the deletion of data: drops what is kept, the request
   * that runs, and in-flight calls.
   */
  reset(): void {
    this.endRequests('the folder has changed');
    this.parts.screen.forget();
    this.renew();
  }

  /** After a change of the folder's index or model: the visible suggestion and the request that runs stay. */
  renew(): void {
    this.parts.api.abort();
    this.parts.kept.clear(this.parts.screen.visible);
    this.following.reset();
  }

  dispose(): void {
    this.disposed = true;
    this.endRequests('disposed');
    this.parts.api.abort();
    this.parts.kept.clear();
  }

  private cursorOf(request: CompletionRequest, signal: AbortSignal): Cursor {
    return cursorOf(this.deps, request, (query) => this.parts.local.indexRevisionAt(query), signal);
  }

  private endRequests(exit: Exit): void {
    for (const running of [this.current, this.prefetching]) running?.abort(new Ended(exit));
  }

  private async resultOf(request: CompletionRequest, signal: AbortSignal): Promise<Shown | Nothing> {
    this.current?.abort(new Ended('a newer request came'));
    if (this.disposed) return nothing('disposed');
    if (signal.aborted) return nothing('cancelled by the editor');
    const own = new AbortController();
    this.current = own;
    this.parts.screen.observe(request.query);
    const cursor = this.cursorOf(request, AbortSignal.any([signal, own.signal]));
    if (!cursor.isManual) this.parts.api.recordKeystroke(cursor);
    try {
      return await (cursor.opensList ? this.beforeList(cursor) : suggest(cursor, this.parts));
    } catch (error) {
      const { aborted, reason } = cursor.signal;
      if (aborted || isCancelled(error))
        return nothing(reason instanceof Ended ? reason.exit : 'cancelled by the editor');
      this.deps.log.error('A suggestion failed.', error);
      return nothing('failed');
    }
  }

  /** A suggestion within LIST_WAIT_MS, or none: the editor's list waits for it. */
  private async beforeList(cursor: Cursor): Promise<Shown | Nothing> {
    // Aborted when the suggestion has come: ends the timer.
    const answered = new AbortController();
    const late = this.deps.clock.sleep(LIST_WAIT_MS, AbortSignal.any([cursor.signal, answered.signal])).then(() => {
      // The suggestion goes on being made, and is only kept.
      cursor.listIsOpen = true;
      return nothing('the list is open');
    });
    try {
      return await Promise.race([suggest(cursor, this.parts), late]);
    } finally {
      answered.abort();
      late.catch(() => {});
    }
  }

  private async prefetch(request: CompletionRequest): Promise<void> {
    this.prefetching?.abort(new Ended('a newer request came'));
    const own = new AbortController();
    this.prefetching = own;
    try {
      await prefetch(this.cursorOf(request, own.signal), this.parts);
    } catch (error) {
      if (!own.signal.aborted && !isCancelled(error)) this.deps.log.error('A prefetch failed.', error);
    }
  }
}
