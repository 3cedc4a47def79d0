// One completion from keystroke to answer: cache, specialist, router, and perhaps the large model. Every exit is a value
// with its reason.
//
// An answer is returned once and never replaced, because ghost text that changes flickers. While the large model is
// asked, a part of the local draft is shown if the decision says so; the model's answer is then cached for what the user
// types next. Otherwise nothing is shown until the answer comes. If it fails, is empty or slow, the decision is made
// again without a call. An answer that comes after the user has probably stopped watching waits in the cache.
import type { CompletionQuery } from '../common/completion.ts';
import type { Disposable } from '../common/disposable.ts';
import { CodedError, isCancelled } from '../common/errors.ts';
import { continuesReplacement, positionAt } from '../prompts/completion/completion-position.ts';
import type { LlmRequest } from '../prompts/completion/llm-request.ts';
import { decide } from '../routing/decide.ts';
import { type Decision, type NoCall, sentenceOf, shownCut } from '../routing/decision.ts';
import { type CachedAnswer, type CacheHit, CompletionCache } from './answer-cache.ts';
import { ApiCalls } from './api-calls.ts';
import type { InFlightCall } from './in-flight-calls.ts';
import { LocalDrafts } from './local-drafts.ts';
import { ShownSuggestions } from './shown-suggestions.ts';
import {
  type Completion,
  type CompletionDeps,
  type CompletionRequest,
  type CompletionResult,
  contextOf,
  continuesWord,
  type Nothing,
  type RequestContext,
  type ScoredDraft,
} from './types.ts';
import { VerdictMemory } from './verdict-memory.ts';

/** The editor's suggestion list waits at most this long for an answer, ms. */
const LIST_WAIT_MS = 100;

export class CompletionService implements Disposable {
  private readonly deps: CompletionDeps;
  private readonly cache = new CompletionCache();
  private readonly verdicts: VerdictMemory;
  private readonly shown: ShownSuggestions;
  private readonly api: ApiCalls;
  private readonly local: LocalDrafts;
  private current: AbortController | undefined;
  private prefetching: AbortController | undefined;
  private disposed = false;

  constructor(deps: CompletionDeps) {
    this.deps = deps;
    this.verdicts = new VerdictMemory(deps.clock);
    this.shown = new ShownSuggestions(deps, (outcome, shown) => {
      if (outcome === 'accepted' && shown) this.api.typing.recordAcceptance(deps.clock.monotonic() - shown.at);
      this.verdicts.outcome(outcome, shown);
    });
    this.api = new ApiCalls(deps, this.cache, (event) => this.shown.emit(event));
    this.local = new LocalDrafts(deps, this.verdicts, this.api, this.cache);
  }

  /**
   * The completion to show, or undefined. A new call cancels the one before it. Never rejects: cancellation is silent,
   * failures of the API become an event, others go to the log.
   */
  async complete(request: CompletionRequest, signal: AbortSignal): Promise<Completion | undefined> {
    const result = await this.resultOf(request, signal);
    if (result.kind === 'nothing') return void this.reportNothing(request, result);
    const { completion } = result;
    this.deps.log.debug(`Suggestion: ${sentenceOf(completion.decision, completion.source)}`);
    return completion;
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
    const context = contextOf(this.deps, request, request.query, signal);
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

  /** The visible suggestion was hidden although the user did not reject it. */
  withdrawn(): void {
    this.shown.withdrawn();
  }

  /**
   * After a change of the large model or of the files' rules, or the deletion of data: drops cached answers, the request
   * that runs, and in-flight calls.
   */
  reset(): void {
    for (const running of [this.current, this.prefetching])
      running?.abort(new CodedError('cancelled', 'What the answer is made of may not be used any more.'));
    this.shown.forget();
    this.renew();
  }

  /** After a change of the folder's index or model: the same, but the visible suggestion stays. */
  renew(): void {
    this.api.abort();
    this.cache.clear(this.shown.visible);
  }

  dispose(): void {
    this.disposed = true;
    this.current?.abort(new CodedError('cancelled', 'Disposed.'));
    this.prefetching?.abort(new CodedError('cancelled', 'Disposed.'));
    this.api.abort();
    this.cache.clear();
  }

  private reportNothing(request: CompletionRequest, { reason, decision }: Nothing): void {
    this.deps.log.debug(`No suggestion: ${reason}.${decision === undefined ? '' : ` ${sentenceOf(decision, 'none')}`}`);
    if (decision !== undefined) this.shown.emit({ kind: 'nothing', request, decision });
  }

  private async resultOf(request: CompletionRequest, signal: AbortSignal): Promise<CompletionResult> {
    this.current?.abort(new CodedError('cancelled', 'A newer request came.'));
    if (this.disposed) return nothing('disposed');
    if (signal.aborted) return nothing('cancelled by the editor');
    const own = new AbortController();
    this.current = own;
    const { query: documentQuery, selectedText = '' } = request;
    this.shown.observe(documentQuery);
    const query =
      selectedText === '' ? documentQuery : { ...documentQuery, prefix: documentQuery.prefix + selectedText };
    const context = contextOf(this.deps, request, query, AbortSignal.any([signal, own.signal]));
    if (request.trigger === 'automatic') this.api.recordKeystroke(context);
    try {
      return await (context.opensList ? this.answerBeforeList(context) : this.answer(context));
    } catch (error) {
      if (this.hasEnded(context) || isCancelled(error)) return this.ended(context);
      this.deps.log.error('A completion failed.', error);
      return nothing('failed');
    }
  }

  /** An answer within LIST_WAIT_MS, or none: the editor's list waits for it. */
  private async answerBeforeList(context: RequestContext): Promise<CompletionResult> {
    // Aborted when the answer has come: ends the timer.
    const answered = new AbortController();
    const late = this.deps.clock.sleep(LIST_WAIT_MS, AbortSignal.any([context.signal, answered.signal])).then(() => {
      context.listIsOpen = true;
      return nothing('the list is open');
    });
    try {
      return await Promise.race([this.answer(context), late]);
    } finally {
      answered.abort();
      late.catch(() => {});
    }
  }

  private async answer(context: RequestContext): Promise<CompletionResult> {
    const hit = this.cachedAt(context, this.shown.visible);
    const manual = context.request.trigger === 'manual';
    // A manual request gets a local answer if the API returned nothing.
    const apiWasEmpty = manual && hit?.answer.text === '';
    if (hit !== undefined && !apiWasEmpty && !this.local.isOutdated(context, hit, this.shown.visible))
      return this.showCached(context, hit);
    // A manual request is answered even within a word.
    if (!manual && continuesWord(context.query)) return nothing('within a word');
    // An in-flight call may serve this request: it must not be aborted while the specialist drafts.
    const release = this.api.keepAlive(context.query);
    try {
      const local = await this.local.ask(context);
      if (this.hasEnded(context)) return this.ended(context);
      if (apiWasEmpty) return this.fallBack(context, local, 'the large model had nothing to add');
      if (context.listIsOpen) return this.leaveToList(context, local);
      if (local.decision.kind !== 'call') return this.showLocal(context, local);
      if (local.decision.meanwhile !== undefined) {
        const shown = this.showLocal(context, local);
        void this.askIntoCache(context, local, this.shown.visible);
        return shown;
      }
      // The list does not wait for a call.
      if (context.opensList && !this.api.isTooSlow(context, local)) return this.leaveToList(context, local);
      return await this.askApi(context, local);
    } finally {
      release();
    }
  }

  /**
   * A cached answer that may be shown here. A paid one that brings back what was typed over counts as empty, so that it
   * is not asked for again.
   */
  private cachedAt({ query, replaced }: RequestContext, visible?: CachedAnswer): CacheHit | undefined {
    const hit = this.cache.get(query, visible);
    if (hit === undefined || continuesReplacement(hit.rest, query, replaced)) return hit;
    return hit.answer.source === 'api' ? { ...hit, answer: { ...hit.answer, text: '' }, rest: '' } : undefined;
  }

  /** Waits for a fitting in-flight call or starts one; falls back to the local draft. */
  private async askApi(context: RequestContext, first: ScoredDraft): Promise<CompletionResult> {
    let local = first;
    // Two attempts: an earlier call may not match the text typed since.
    for (let attempt = 0; attempt < 2; attempt++) {
      let call = this.api.find(context.query);
      if (call === undefined) {
        if (this.api.isTooSlow(context, local))
          return this.fallBack(context, local, 'the large model is too slow to wait for');
        if (context.request.trigger === 'automatic') await this.local.pause(context, local);
        if (this.hasEnded(context)) return this.ended(context);
        if (context.listIsOpen) return this.leaveToList(context, local);
        // An earlier call may have finished or failed since, or the budget may be exhausted.
        const hit = this.cachedAt(context);
        if (hit !== undefined && hit.rest !== '' && !this.local.isOutdated(context, hit, this.shown.visible))
          return this.showCached(context, hit);
        if (this.local.hasBetterDraft(context)) {
          local = await this.local.ask(context);
          if (this.hasEnded(context)) return this.ended(context);
          if (local.decision.kind !== 'call') return this.showLocal(context, local);
        }
        const available = () => this.api.mayAsk(context.request.query);
        if (!available()) return this.fallBack(context, local, 'the large model is not available');
        call = this.api.find(context.query) ?? (await this.api.call(context, local, false));
        if (this.hasEnded(context)) return this.ended(context);
        if (call === undefined && available())
          return this.fallBack(context, local, 'this position cannot be sent safely');
        if (call === undefined) return this.fallBack(context, local, 'the large model is not available');
      }
      const result = await this.api.wait(call, context, local);
      if (this.hasEnded(context)) return this.ended(context);
      if (context.listIsOpen) return this.leaveToList(context, local);
      if (result === 'slow') return this.fallBack(context, local, 'the large model is slow');
      if (this.api.isTooLate(context)) return this.leaveToNextKey(context, local);
      // The answer does not match the text typed since, or the call was aborted before this request.
      if (result === undefined || (!result.ok && result.error.code === 'cancelled')) continue;
      if (!result.ok) return this.fallBack(context, local, `the large model failed (${result.error.code})`);
      const hit = this.cachedAt(context);
      if (hit === undefined) continue;
      return hit.answer.text === ''
        ? this.fallBack(context, local, 'the large model had nothing to add')
        : this.showCached(context, hit, call);
    }
    return this.fallBack(context, local, 'no answer of the large model fits');
  }

  /** Decides again after a call came to nothing. */
  private fallBack(context: RequestContext, local: ScoredDraft, noCall: NoCall): CompletionResult {
    return this.showLocal(context, local, decide({ ...local.input, noCall }));
  }

  /** Shows the local draft as far as the decision says. */
  private showLocal(context: RequestContext, local: ScoredDraft, decision = local.decision): CompletionResult {
    if (shownCut(decision) === undefined) return nothing('held back', decision);
    const answer = this.local.cacheDraft(context, local, decision);
    const { text: rest, replaceLength = 0 } = answer;
    return { kind: 'shown', completion: this.shown.show(context, { answer, rest, replaceLength }, { usd: 0 }) };
  }

  /** @param call the call that has just returned this answer */
  private showCached(context: RequestContext, hit: CacheHit, call?: InFlightCall): CompletionResult {
    if (hit.rest === '') return nothing('nothing to add', hit.answer.decision);
    const paid = call && { usd: this.api.takeCost(call) };
    return { kind: 'shown', completion: this.shown.show(context, hit, paid) };
  }

  /** The user no longer watches the position: the answer waits in the cache for the next key. */
  private leaveToNextKey({ startedAt }: RequestContext, { decision }: ScoredDraft): CompletionResult {
    const tookMs = this.deps.clock.monotonic() - startedAt;
    return nothing('too late', { ...decision, kind: 'hold', reason: 'its answer waits for the next key', tookMs });
  }

  /** Leaves the position to the editor's list; the answer waits in the cache. */
  private leaveToList(context: RequestContext, local: ScoredDraft): CompletionResult {
    const { decision } = local;
    if (decision.kind === 'show') this.local.cacheDraft(context, local, decision);
    else if (decision.kind === 'call') void this.askIntoCache(context, local).then(() => this.offer(context));
    this.offer(context);
    return nothing('the list is open');
  }

  /** Whether the request has ended. */
  private hasEnded(context: RequestContext): boolean {
    return this.disposed || context.signal.aborted;
  }

  /** The service aborts a request with an error of ours, the editor with its own. */
  private ended({ signal }: RequestContext): Nothing {
    if (this.disposed) return nothing('disposed');
    return nothing(signal.reason instanceof CodedError ? 'a newer request came' : 'cancelled by the editor');
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
      await this.local.pause(context, local);
      if (shown !== undefined && context.settings.localFirst) {
        const { clock } = this.deps;
        await clock.sleep(context.startedAt + this.api.typing.acceptanceMs - clock.monotonic(), context.signal);
        if (this.shown.visible !== shown) return;
        // A draft that was not accepted is not shown to the large model.
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
    const context = contextOf(this.deps, request, query, own.signal);
    try {
      const local = await this.local.ask(context);
      if (this.hasEnded(context)) return;
      const { kind } = local.decision;
      if (kind === 'show') this.local.cacheDraft(context, local, local.decision);
      if (kind === 'call' && context.settings.prefetchFromApi && !this.api.find(query))
        await this.api.call(context, local, true);
    } catch (error) {
      if (!own.signal.aborted && !isCancelled(error)) this.deps.log.error('A prefetch failed.', error);
    }
  }
}

function nothing(reason: Nothing['reason'], decision?: Decision): Nothing {
  return { kind: 'nothing', reason, ...(decision !== undefined && { decision }) };
}
