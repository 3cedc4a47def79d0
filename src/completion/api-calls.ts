// Calls to the large model: whether one is possible, the calls themselves, and their effects. A call caches its answer,
// reports its cost once and updates the latency; a failure starts a backoff and sends one event.
import type { CompletionQuery } from '../common/completion.ts';
import { type Failure, isCancelled, type Result } from '../common/errors.ts';
import type { LlmAnswer } from '../llm/protocol/models.ts';
import { cleanAnswer } from '../prompts/completion/clean.ts';
import { matchesTruth } from '../prompts/completion/completion-position.ts';
import { completionPrompt } from '../prompts/completion/completion-prompt.ts';
import type { LlmRequest } from '../prompts/completion/llm-request.ts';
import type { Decision } from '../routing/decision.ts';
import { answerProbability } from '../routing/fit.ts';
import { withoutLastLine } from '../text/lines.ts';
import type { CompletionCache } from './answer-cache.ts';
import { type InFlightCall, InFlightCalls } from './in-flight-calls.ts';
import { redactedRequest } from './redacted-request.ts';
import type { CompletionDeps, CompletionEvent, CompletionSettings, RequestContext, ScoredDraft } from './types.ts';
import { inOneWord, LlmLatency, TypingPace } from './typing-pace.ts';

/** After a key the user watches the position for this long, ms. Later automatic answers are not shown. */
const ATTENTION_MS = 2000;
/** A second call within one word needs a pause this long, ms. */
const SAME_WORD_PAUSE_MS = 1000;

/** Why a call was made, and its cost. The cost is 0 before the answer and after it has been reported. */
interface CallRecord {
  readonly context: RequestContext;
  readonly local: ScoredDraft;
  readonly latency: LlmLatency;
  costUsd: number;
}

export class ApiCalls {
  private readonly deps: CompletionDeps;
  private readonly cache: CompletionCache;
  private readonly sendEvent: (event: CompletionEvent) => void;
  private readonly inFlight: InFlightCalls;
  /** Model name → its latency. */
  private readonly latencies = new Map<string, LlmLatency>();
  private readonly callRecords = new WeakMap<InFlightCall, CallRecord>();
  readonly typing = new TypingPace();
  /** Query of the last call. */
  private lastCall: CompletionQuery | undefined;
  /** Codes of failures that were reported since the last success. */
  private readonly reportedCodes = new Set<string>();

  constructor(deps: CompletionDeps, cache: CompletionCache, sendEvent: (event: CompletionEvent) => void) {
    this.deps = deps;
    this.cache = cache;
    this.sendEvent = sendEvent;
    this.inFlight = new InFlightCalls(
      deps.clock,
      () => this.latency.expectedMs,
      (call, result) => this.handleResult(call, result),
    );
  }

  /** Expected latency of the current model, ms; undefined before its first answer. */
  get waitMs(): number | undefined {
    return this.latency.isMeasured ? this.latency.expectedMs : undefined;
  }

  private get latency(): LlmLatency {
    const llm = this.deps.llm();
    const name = llm?.facts.asked ?? llm?.model ?? '';
    const latency = this.latencies.get(name) ?? new LlmLatency();
    this.latencies.set(name, latency);
    return latency;
  }

  available(settings: CompletionSettings): boolean {
    return settings.apiAllowed && this.deps.backoff.retryAtMs === undefined && this.deps.llm() !== undefined;
  }

  /** Reads the settings again. */
  mayAsk(query: CompletionQuery): boolean {
    return this.available(this.deps.settings(query));
  }

  /**
   * Whether the large model probably takes longer than the user waits if the local draft can stand in. Never for a
   * manual request.
   */
  isTooSlow(context: RequestContext, { decision }: ScoredDraft): boolean {
    return this.latency.isTooSlow && !wantsApi(context) && canStandIn(decision);
  }

  /** An in-flight call whose answer can serve this query. */
  find(query: CompletionQuery): InFlightCall | undefined {
    return this.inFlight.find(query);
  }

  /** See InFlightCalls.hold. */
  keepAlive(query: CompletionQuery): () => void {
    return this.inFlight.keepAlive(query);
  }

  /** Records a keystroke. */
  recordKeystroke({ request, startedAt }: RequestContext): void {
    this.typing.recordKeystroke(request.query, startedAt);
  }

  /**
   * Debounces a call: waits for a pause in typing, less the time since the request. A second call within one word waits
   * longer.
   */
  async pause({ query, startedAt, signal }: RequestContext): Promise<void> {
    const isSameWord = this.lastCall !== undefined && inOneWord(this.lastCall, query);
    const pause = Math.max(this.pauseMs, isSameWord ? SAME_WORD_PAUSE_MS : 0);
    const remainingMs = pause - (this.deps.clock.monotonic() - startedAt);
    if (remainingMs > 0) await this.deps.clock.sleep(remainingMs, signal);
  }

  private get pauseMs(): number {
    return this.latency.delay(this.typing.gapMs);
  }

  /** Whether an automatic answer would come after the user stopped watching the position. */
  isTooLate(context: RequestContext): boolean {
    return !wantsApi(context) && this.deps.clock.monotonic() - context.startedAt > ATTENTION_MS;
  }

  /**
   * Starts a call. Undefined: the position cannot be sent safely, or the API became unavailable while the prompt was
   * prepared. Rejects if the request ends before the call starts.
   * @param keepsRunning whether the call continues when no request waits for it any more
   */
  async call(context: RequestContext, local: ScoredDraft, keepsRunning: boolean): Promise<InFlightCall | undefined> {
    const request = await this.requestFor(context, local).catch((error: unknown) => {
      if (!isCancelled(error))
        this.deps.log.error('The secrets of a prompt could not be redacted, so it is not sent.', error);
      return undefined;
    });
    context.signal.throwIfAborted();
    const llm = this.deps.llm();
    if (request === undefined || llm === undefined || !this.available(context.settings)) return undefined;
    this.inFlight.dropOrphans();
    this.lastCall = context.query;
    const prompt = completionPrompt(request, llm.facts);
    // An aborted call costs money although its answer is not shown.
    const onLost = (lost: LlmAnswer) => this.reportUnshown(lost.costUsd);
    const ask = (signal: AbortSignal, onText: (text: string) => void) => llm.ask(prompt, signal, onText, onLost);
    const call = this.inFlight.start(context.query, ask, keepsRunning);
    this.callRecords.set(call, { context, local, latency: this.latency, costUsd: 0 });
    return call;
  }

  /** The prompt of a call for this request. Rejects if its secrets cannot be redacted. */
  requestFor(context: RequestContext, { draft, decision, input }: ScoredDraft): Promise<LlmRequest> {
    // A draft that was just rejected here is no draft any more.
    const drafts =
      draft === undefined || draft.text === input.rejected
        ? []
        : [{ text: draft.text, estimate: decision.pSpecialist }];
    return redactedRequest(
      { position: context, drafts, rejected: input.rejected },
      this.deps.specialist,
      this.deps.redact,
      context.signal,
    );
  }

  /**
   * The call's result. Undefined: the answer does not continue the text typed since. 'slow': the local draft can stand
   * in, and the first token or the whole answer takes longer than the user waits. A later answer is only cached.
   */
  async wait(
    call: InFlightCall,
    context: RequestContext,
    { decision }: ScoredDraft,
  ): Promise<Result<LlmAnswer> | undefined | 'slow'> {
    if (!canStandIn(decision)) return this.inFlight.wait(call, context.query, context.signal);
    const raceEnd = new AbortController();
    const slow = this.whenPatienceEnds(call, context, raceEnd.signal);
    const waiting = this.inFlight.wait(call, context.query, AbortSignal.any([context.signal, raceEnd.signal]));
    try {
      return await Promise.race([waiting, slow]);
    } finally {
      // Ends the loser of the race, whose rejection is ignored.
      raceEnd.abort();
      waiting.catch(() => {});
      slow.catch(() => {});
    }
  }

  private async whenPatienceEnds(call: InFlightCall, context: RequestContext, signal: AbortSignal): Promise<'slow'> {
    const { clock } = this.deps;
    const isWanted = wantsApi(context);
    const { firstMs, wholeMs } = this.latency.patience(isWanted);
    const startedAt = clock.monotonic();
    // Not longer than the user watches the position.
    const end = isWanted ? startedAt + wholeMs : Math.min(startedAt + wholeMs, context.startedAt + ATTENTION_MS);
    await clock.sleep(Math.min(firstMs, end - startedAt), signal);
    if (call.hasFirstToken()) await clock.sleep(end - clock.monotonic(), signal);
    return 'slow';
  }

  /** The call's cost for the first completion that shows its answer, then 0. */
  takeCost(call: InFlightCall): number {
    const record = this.callRecords.get(call);
    const costUsd = record?.costUsd ?? 0;
    if (record !== undefined) record.costUsd = 0;
    return costUsd;
  }

  /** Aborts every in-flight call. */
  abort(): void {
    this.inFlight.abort();
  }

  /** Handles the result of every call. */
  private handleResult(call: InFlightCall, result: Result<LlmAnswer>): void {
    const record = this.callRecords.get(call);
    if (record === undefined) return;
    if (!result.ok) {
      const { code } = result.error;
      if (code === 'cancelled' || code === 'timeout')
        record.latency.observeAtLeast(this.deps.clock.monotonic() - call.startedAt, call.hasFirstToken());
      if (code !== 'cancelled') this.handleFailure(result.error);
      return;
    }
    const { value } = result;
    this.deps.backoff.succeeded();
    if (this.reportedCodes.size > 0) {
      this.reportedCodes.clear();
      this.sendEvent({ kind: 'api-recovered' });
    }
    record.latency.observe({ firstMs: value.firstTokenMs, wholeMs: value.latencyMs });
    record.costUsd = value.costUsd;
    const { query } = record.context;
    // An answer cut by its length limit may end in the middle of a line.
    const wholeLines = value.truncated ? withoutLastLine(value.text) : value.text;
    const text = cleanAnswer(wholeLines, record.context);
    const decision = this.decisionAfter(text, record.local);
    this.cache.put(query, { text, source: 'api', model: value.model, decision, savedUsd: 0 });
    // A waiting request runs before this callback. If it shows the answer, it also reports the cost.
    setImmediate(() => this.reportUnshown(this.takeCost(call)));
  }

  /** The estimate after the answer: whether it is the draft that the prompt showed. */
  private decisionAfter(answer: string, { draft, decision }: ScoredDraft): Decision {
    if (draft === undefined) return decision;
    const agrees = matchesTruth(answer, draft.text);
    const pApi = answerProbability(this.deps.routerFor(draft), decision.pApi, agrees);
    return { ...decision, pApi, gain: pApi - decision.pSpecialist };
  }

  private reportUnshown(costUsd: number): void {
    if (costUsd > 0) this.sendEvent({ kind: 'paid-unshown', costUsd });
  }

  private handleFailure(failure: Failure): void {
    const { backoff } = this.deps;
    backoff.failed(failure);
    if (this.reportedCodes.has(failure.code)) return;
    this.reportedCodes.add(failure.code);
    const { code, message } = failure;
    this.sendEvent({ kind: 'api-failed', code, message });
  }
}

/** A manual request, or a balance that always calls the large model. */
function wantsApi({ request, settings }: RequestContext): boolean {
  return request.trigger === 'manual' || settings.balance >= 1;
}

function canStandIn(decision: Decision): boolean {
  return decision.kind === 'call' && decision.canStandIn;
}
