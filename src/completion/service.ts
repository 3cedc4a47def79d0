// One completion from keystroke to answer: cache, specialist, router, and perhaps the API.
//
// An answer is returned once and never replaced, because ghost text that changes flickers. If the router chooses the
// API, a local line is shown at once only if a call would gain less than it costs. The API is then asked at once too, or
// with `localFirst` only if a key contradicts the line, or after a pause without acceptance. Its answer is cached for
// what the user types next. Without such a line nothing is shown until the API answers. If the call fails, returns
// nothing or is slow, a local draft that is good enough is shown instead. If there is none and the answer comes after
// the user has probably stopped watching, nothing is shown. The answer then waits in the cache for the next request.
import type { CompletionQuery } from '../common/completion.ts';
import type { Disposable } from '../common/disposable.ts';
import { CodedError, isCancelled } from '../common/errors.ts';
import { positionAt } from '../prompts/completion/completion-position.ts';
import type { LlmRequest } from '../prompts/completion/llm-request.ts';
import { beginsAlike } from '../text/edits.ts';
import { type CachedAnswer, type CacheHit, CompletionCache } from './answer-cache.ts';
import { ApiCalls } from './api-calls.ts';
import { LocalDrafts } from './local-drafts.ts';
import { Replies } from './replies.ts';
import { continuesWord, type RequestContext, type ScoredDraft } from './request-context.ts';
import { ShowGate } from './show-gate.ts';
import { ShownSuggestions } from './shown-suggestions.ts';
import type { Completion, CompletionDeps, CompletionRequest } from './types.ts';
import type { TypingPace } from './typing-pace.ts';

/** A call waits for a better local draft until this long after the request, ms. */
const BETTER_DRAFT_WAIT_MS = 600;
/**
 * It does not wait where the n-grams alone are less sure than this. Of 200 pauses in thirteen held-out packages at which
 * they alone would call, medium's draft made the call unnecessary at 0.16 of those, and at 0.45 of the others.
 */
const HOPELESS = 0.15;
/** Interval at which it checks for that draft, ms. */
const POLL_MS = 25;
/** The editor's suggestion list waits at most this long for an answer, ms. */
const LIST_WAIT_MS = 100;

export class CompletionService implements Disposable {
  private readonly deps: CompletionDeps;
  private readonly cache = new CompletionCache();
  private readonly gate: ShowGate;
  private readonly shown: ShownSuggestions;
  private readonly api: ApiCalls;
  private readonly local: LocalDrafts;
  private readonly replies: Replies;
  private current: AbortController | undefined;
  private prefetching: AbortController | undefined;
  private disposed = false;

  constructor(deps: CompletionDeps) {
    this.deps = deps;
    this.gate = new ShowGate(deps.clock, deps.log);
    this.shown = new ShownSuggestions(deps, (outcome, shown) => {
      // The router learns from the outcome only where the API may be asked.
      const mayLearn = shown !== undefined && this.api.mayAsk(shown.request.query);
      if (outcome === 'accepted' && shown) this.api.typing.recordAcceptance(deps.clock.monotonic() - shown.at);
      this.gate.outcome(outcome, shown, mayLearn);
    });
    this.api = new ApiCalls(deps, this.cache, (event) => this.shown.emit(event));
    this.local = new LocalDrafts(deps, this.gate, this.api, this.cache);
    this.replies = new Replies(deps.clock, this.shown, this.local, this.api);
  }

  /**
   * The completion to show, or undefined. A new call cancels the one before it. Never rejects: cancellation is silent,
   * failures of the API become an event, others go to the log.
   */
  async complete(request: CompletionRequest, signal: AbortSignal): Promise<Completion | undefined> {
    this.current?.abort(new CodedError('cancelled', 'A newer request came.'));
    if (this.disposed || signal.aborted) return undefined;
    const own = new AbortController();
    this.current = own;
    const { query: documentQuery, selectedText = '' } = request;
    this.shown.observe(documentQuery);
    const query =
      selectedText === '' ? documentQuery : { ...documentQuery, prefix: documentQuery.prefix + selectedText };
    const context = this.contextOf(request, query, AbortSignal.any([signal, own.signal]));
    if (request.trigger === 'automatic') this.api.recordKeystroke(context);
    try {
      return await (context.opensList ? this.answerBeforeList(context) : this.answer(context));
    } catch (error) {
      if (!context.signal.aborted && !isCancelled(error)) this.deps.log.error('A completion failed.', error);
      return undefined;
    }
  }

  /** Starts the specialist's draft after a key: the editor requests this position in a moment. Sends no event. */
  begin(request: CompletionRequest): void {
    const { query } = request;
    if (this.disposed || continuesWord(query) || this.cache.get(query) !== undefined) return;
    const settings = this.deps.settings(query);
    this.local.begin(positionAt(query, request.indentUnit, settings.multiline), settings);
  }

  /** Prefills the prompt where the cursor rests. */
  warm(query: CompletionQuery): void {
    if (!this.disposed) this.local.warm(positionAt(query), this.deps.settings(query));
  }

  /** The prompt that a call at this position would send, without calling. Rejects if it cannot be redacted. */
  async preview(request: CompletionRequest, signal: AbortSignal): Promise<LlmRequest> {
    const context = this.contextOf(request, request.query, signal);
    return this.api.requestFor(context, await this.local.ask(context));
  }

  /** The user accepted the whole suggestion. Prefetches the next one. */
  accepted(id: string): void {
    const next = this.shown.accepted(id);
    if (next !== undefined && !this.disposed) void this.prefetch(next);
  }

  /** The user accepted the next word or line: `length` UTF-16 units before the cursor. */
  partAccepted(after: CompletionQuery, length: number): void {
    this.shown.partAccepted(after, length);
  }

  /** The user's typing statistics in this folder. */
  get typing(): Pick<TypingPace, 'stopsAnHour' | 'callsAnHour'> {
    return this.api.typing;
  }

  /** After a change of the large model or the deletion of data: drops cached answers and in-flight calls. */
  reset(): void {
    this.shown.forget();
    this.renew();
  }

  /** After a change of the folder's index or model: the same, but the visible suggestion stays. */
  renew(): void {
    this.api.abort();
    this.cache.clear(this.shown.visible);
    this.gate.forget();
  }

  dispose(): void {
    this.disposed = true;
    this.current?.abort(new CodedError('cancelled', 'Disposed.'));
    this.prefetching?.abort(new CodedError('cancelled', 'Disposed.'));
    this.api.abort();
    this.cache.clear();
  }

  /** An answer within SOON_MS, or none: the editor's list waits for it. */
  private async answerBeforeList(context: RequestContext): Promise<Completion | undefined> {
    // Aborted when the answer has come: ends the timer.
    const answered = new AbortController();
    const late = this.deps.clock.sleep(LIST_WAIT_MS, AbortSignal.any([context.signal, answered.signal])).then(() => {
      context.listIsOpen = true;
      return undefined;
    });
    try {
      return await Promise.race([this.answer(context), late]);
    } finally {
      answered.abort();
      late.catch(() => {});
    }
  }

  private async answer(context: RequestContext): Promise<Completion | undefined> {
    const hit = this.cache.get(context.query, this.shown.visible);
    const manual = context.request.trigger === 'manual';
    // A manual request gets a local answer if the API returned nothing.
    const apiWasEmpty = manual && hit?.answer.text === '';
    if (hit !== undefined && !apiWasEmpty && !this.isOutdated(context, hit))
      return this.replies.fromCache(context, hit);
    // A manual request is answered even within a word.
    if (!manual && continuesWord(context.query)) return this.shown.emitNothing(context);
    this.shown.emit({ kind: 'started', request: context.request });
    // An in-flight call may serve this request: it must not be aborted while the specialist drafts.
    const release = this.api.keepAlive(context.query);
    try {
      const local = await this.local.ask(context);
      if (this.hasEnded(context)) return undefined;
      if (apiWasEmpty) return this.replies.fallBack(context, local, 'the large model had nothing to add');
      if (context.listIsOpen) return this.leaveToList(context, local);
      if (local.decision.route !== 'api') return this.replies.answerWithoutApi(context, local);
      const provisional = this.replies.provisional(context, local);
      if (provisional === undefined)
        return await (context.opensList && !this.api.isTooSlow(context, local)
          ? this.leaveToList(context, local)
          : this.askApi(context, local));
      const shown = this.replies.showLocal(context, local, provisional);
      void this.askIntoCache(context, local, this.shown.visible);
      return shown;
    } finally {
      release();
    }
  }

  /**
   * Whether a cached local answer is outdated: it was accepted and deleted again, a better draft has arrived, or another
   * file has changed. A visible answer is never replaced.
   */
  private isOutdated(context: RequestContext, { answer, rest }: CacheHit): boolean {
    const isManual = context.request.trigger === 'manual';
    const hasNewer =
      (answer.indexRevision ?? 0) < context.indexRevision ||
      (rest === answer.text && this.local.hasBetterDraft(context));
    if (answer.source !== 'specialist') return false;
    const deleted = isManual ? undefined : this.gate.deletedAt(context.query);
    if (deleted !== undefined && beginsAlike(deleted, rest)) return true;
    return hasNewer && (this.shown.visible !== answer || isManual);
  }

  /** Whether the request has ended. */
  private hasEnded(context: RequestContext): boolean {
    return this.disposed || context.signal.aborted;
  }

  /** Waits for a fitting in-flight call or starts one; falls back to the local draft. */
  private async askApi(context: RequestContext, first: ScoredDraft): Promise<Completion | undefined> {
    let local = first;
    // Two attempts: an earlier call may not match the text typed since.
    for (let attempt = 0; attempt < 2; attempt++) {
      let call = this.api.find(context.query);
      if (call === undefined) {
        if (this.api.isTooSlow(context, local))
          return this.replies.fallBack(context, local, 'the large model is too slow to wait for');
        if (context.request.trigger === 'automatic') await this.pause(context, local);
        if (this.hasEnded(context)) return undefined;
        if (context.listIsOpen) return this.leaveToList(context, local);
        // An earlier call may have finished or failed since, or the budget may be exhausted.
        const hit = this.cache.get(context.query);
        if (hit !== undefined && hit.rest !== '' && !this.isOutdated(context, hit))
          return this.replies.fromCache(context, hit);
        if (this.local.hasBetterDraft(context)) {
          local = await this.local.ask(context);
          if (this.hasEnded(context)) return undefined;
          if (local.decision.route !== 'api') return this.replies.answerWithoutApi(context, local);
        }
        const available = () => this.api.mayAsk(context.request.query);
        if (!available()) return this.replies.fallBack(context, local, 'the large model is not available');
        call = this.api.find(context.query) ?? (await this.api.call(context, local, false));
        if (this.hasEnded(context)) return undefined;
        if (call === undefined) {
          const why = available() ? 'this position cannot be sent safely' : 'the large model is not available';
          return this.replies.fallBack(context, local, why);
        }
      }
      const result = await this.api.wait(call, context, local);
      if (this.hasEnded(context)) return undefined;
      if (context.listIsOpen) return this.leaveToList(context, local);
      if (result === 'slow') return this.replies.fallBack(context, local, 'the large model is slow');
      if (this.api.isTooLate(context)) return this.replies.late(context, local);
      // The answer does not match the text typed since, or the call was aborted before this request.
      if (result === undefined || (!result.ok && result.error.code === 'cancelled')) continue;
      if (!result.ok)
        return this.replies.fallBack(context, local, `the large model did not answer (${result.error.code})`);
      const hit = this.cache.get(context.query);
      if (hit === undefined) continue;
      if (hit.answer.text === '') return this.replies.fallBack(context, local, 'the large model had nothing to add');
      return this.replies.fromCache(context, hit, call);
    }
    return this.replies.fallBack(context, local, 'no answer of the large model fits');
  }

  /** The debounce before a call; longer while a better draft is in progress that may make the call unnecessary. */
  private async pause(context: RequestContext, { decision }: ScoredDraft): Promise<void> {
    await this.api.pause(context);
    const { clock } = this.deps;
    if (decision.pSpecialist < HOPELESS) return;
    while (clock.monotonic() - context.startedAt < BETTER_DRAFT_WAIT_MS && this.local.isDrafting(context))
      await clock.sleep(POLL_MS, context.signal);
  }

  /** Leaves the position to the editor's list; the answer waits in the cache. */
  private async leaveToList(context: RequestContext, local: ScoredDraft): Promise<undefined> {
    if (local.decision.route === 'specialist') this.local.cacheDraft(context, local, local.decision);
    else if (local.decision.route === 'api') void this.askIntoCache(context, local).then(() => this.offer(context));
    this.offer(context);
  }

  private offer(context: RequestContext): void {
    if (this.hasEnded(context) || this.api.isTooLate(context)) return;
    if ((this.cache.get(context.query)?.rest ?? '') !== '') this.deps.onReady?.();
  }

  /**
   * Calls the API and only caches its answer. Cancelling the request stops the call only before it has started.
   * @param shown a local suggestion: with `localFirst` the call waits for its acceptance, and is not made after it
   */
  private async askIntoCache(context: RequestContext, scored: ScoredDraft, shown?: CachedAnswer): Promise<void> {
    let local = scored;
    if (this.api.isTooSlow(context, local)) return;
    try {
      await this.pause(context, local);
      if (shown !== undefined && context.settings.localFirst) {
        const { clock } = this.deps;
        await clock.sleep(context.startedAt + this.api.typing.acceptanceMs - clock.monotonic(), context.signal);
        if (this.shown.visible !== shown) return;
        // A draft that was not accepted is no hint.
        local = { ...local, draft: undefined };
      }
      if (this.cache.get(context.query)?.answer.source === 'api') return;
      const isAvailable = this.api.mayAsk(context.request.query);
      const call =
        this.api.find(context.query) ?? (isAvailable ? await this.api.call(context, local, true) : undefined);
      await call?.finished;
    } catch (error) {
      if (!context.signal.aborted && !isCancelled(error)) this.deps.log.error('A call for the cache failed.', error);
    }
  }

  /** Caches a suggestion for the position after an accept. Local, unless the setting allows calls to the API. */
  private async prefetch(request: CompletionRequest): Promise<void> {
    const { query } = request;
    this.prefetching?.abort(new CodedError('cancelled', 'A newer prefetch came.'));
    const own = new AbortController();
    this.prefetching = own;
    if (this.cache.get(query) !== undefined) return;
    const context = this.contextOf(request, query, own.signal);
    try {
      const local = await this.local.ask(context);
      if (this.hasEnded(context)) return;
      if (local.decision.route === 'specialist') {
        this.local.cacheDraft(context, local, local.decision);
      } else if (local.decision.route === 'api' && context.settings.prefetchFromApi && !this.api.find(query)) {
        await this.api.call(context, local, true);
      }
    } catch (error) {
      if (!own.signal.aborted && !isCancelled(error)) this.deps.log.error('A prefetch failed.', error);
    }
  }

  private contextOf(request: CompletionRequest, query: CompletionQuery, signal: AbortSignal): RequestContext {
    const settings = this.deps.settings(request.query);
    const position = positionAt(query, request.indentUnit, settings.multiline);
    const indexRevision = this.deps.specialist.indexRevisionFor?.(query) ?? 0;
    const { trigger, selectedText = '' } = request;
    const opensList = request.opensList === true && trigger === 'automatic' && selectedText === '';
    const startedAt = this.deps.clock.monotonic();
    return { ...position, request, settings, startedAt, indexRevision, opensList, listIsOpen: false, signal };
  }
}
