// Calls to the large model: whether one is possible, the calls themselves, and their effects. A call keeps its answer,
// reports its cost once and updates the latency; a failure starts a backoff and sends one event.
import type { CompletionQuery } from '../common/completion.ts';
import { failed, isCancelled, type Result } from '../common/errors.ts';
import type { LlmAnswer, LlmClient, Prompt } from '../llm/protocol/models.ts';
import { cleanAnswer } from '../prompts/completion/clean.ts';
import { matchesTruth } from '../prompts/completion/completion-position.ts';
import { completionPrompt } from '../prompts/completion/completion-prompt.ts';
import type { LlmRequest } from '../prompts/completion/llm-request.ts';
import type { Estimates } from '../routing/decision.ts';
import { answerProbability } from '../routing/fit.ts';
import type { NoCall } from '../routing/reasons.ts';
import { withoutLastLine } from '../text/lines.ts';
import { LlmLatency } from './call-waits.ts';
import { type InFlightCall, InFlightCalls, resultOf } from './in-flight-calls.ts';
import type { KeptSuggestions } from './kept-suggestions.ts';
import { redactedRequest } from './redacted-request.ts';
import type { CompletionDeps, CompletionEvent, CompletionSettings, Cursor, Suggestion } from './suggestion.ts';
import { inOneWord, TypingPace } from './typing-pace.ts';
import type { VerdictMemory } from './verdict-memory.ts';

/** After a key the user watches the position for this long, ms. Later automatic answers are not shown. */
const ATTENTION_MS = 2000;
/** A second call within one word needs a pause this long, ms. */
const SAME_WORD_PAUSE_MS = 1000;

/** Why a call was made, and its cost. The cost is 0 before the answer and after it has been reported. */
interface CallRecord {
  readonly cursor: Cursor;
  readonly local: Suggestion;
  readonly latency: LlmLatency;
  costUsd: number;
}

export class ApiCalls {
  private readonly deps: CompletionDeps;
  private readonly kept: KeptSuggestions;
  private readonly verdicts: VerdictMemory;
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

  constructor(
    deps: CompletionDeps,
    kept: KeptSuggestions,
    verdicts: VerdictMemory,
    sendEvent: (event: CompletionEvent) => void,
  ) {
    this.deps = deps;
    this.kept = kept;
    this.verdicts = verdicts;
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

  available({ apiAllowed }: Pick<CompletionSettings, 'apiAllowed'>): boolean {
    return apiAllowed && this.deps.backoff.retryAtMs === undefined && this.deps.llm() !== undefined;
  }

  /**
   * Whether the large model probably takes longer than the user waits if the local draft can stand in. Never for a
   * manual request.
   */
  isTooSlow(cursor: Cursor, local: Suggestion): boolean {
    return this.latency.isTooSlow && !wantsApi(cursor) && canStandIn(local);
  }

  /** An in-flight call whose answer can serve this query. */
  find(query: CompletionQuery): InFlightCall | undefined {
    return this.inFlight.find(query);
  }

  /** Until the result is called, no call that can serve the query is aborted. */
  keepAlive(query: CompletionQuery): () => void {
    return this.inFlight.keepAlive(query);
  }

  /** Records a keystroke. */
  recordKeystroke({ request, startedAt }: Cursor): void {
    this.typing.recordKeystroke(request.query, startedAt);
  }

  /**
   * Debounces a call: waits for a pause in typing, less the time since the request. A second call within one word waits
   * longer.
   */
  async pause({ query, startedAt, signal }: Cursor): Promise<void> {
    const isSameWord = this.lastCall !== undefined && inOneWord(this.lastCall, query);
    const pause = Math.max(this.pauseMs, isSameWord ? SAME_WORD_PAUSE_MS : 0);
    const remainingMs = pause - (this.deps.clock.monotonic() - startedAt);
    if (remainingMs > 0) await this.deps.clock.sleep(remainingMs, signal);
  }

  private get pauseMs(): number {
    return this.latency.delay(this.typing.gapMs);
  }

  /** Whether an automatic answer would come after the user stopped watching the position. */
  isTooLate(cursor: Cursor): boolean {
    return !wantsApi(cursor) && this.deps.clock.monotonic() - cursor.startedAt > ATTENTION_MS;
  }

  /**
   * Starts a call, or finds one that came meanwhile. A reason: none can be made now. Rejects if the request ends before
   * the call starts.
   * @param keepsRunning whether the call continues when no request waits for it any more
   */
  async call(
    cursor: Cursor,
    local: Suggestion,
    { keepsRunning }: { readonly keepsRunning: boolean },
  ): Promise<InFlightCall | NoCall> {
    const { query, signal, request } = cursor;
    // Settings, budget and consent may have changed during the pause.
    const mayAsk = () => this.available(this.deps.settings(request.query));
    if (!mayAsk()) return 'the large model is not available';
    const running = this.find(query);
    if (running !== undefined) return running;
    const redacted = await this.requestFor(cursor, local).catch((error: unknown) => {
      if (!isCancelled(error))
        this.deps.log.error('The secrets of a prompt could not be redacted, so it is not sent.', error);
      return undefined;
    });
    signal.throwIfAborted();
    const llm = this.deps.llm();
    if (llm === undefined || !mayAsk()) return 'the large model is not available';
    if (redacted === undefined) return 'this position cannot be sent safely';
    this.inFlight.dropOrphans();
    this.lastCall = query;
    const prompt = completionPrompt(redacted, llm.facts);
    const call = this.inFlight.start(query, (ended, onText) => this.send(llm, prompt, ended, onText), keepsRunning);
    this.callRecords.set(call, { cursor, local, latency: this.latency, costUsd: 0 });
    return call;
  }

  /** A call for a next edit. What it costs is reported when it is paid. Rejects when the signal ends. */
  async ask(prompt: Prompt, signal: AbortSignal): Promise<Result<LlmAnswer>> {
    const llm = this.deps.llm();
    if (llm === undefined) return failed('cancelled', '');
    const result = await resultOf(this.send(llm, prompt, signal));
    if (result.ok) this.reportUnshown(result.value.costUsd);
    else signal.throwIfAborted();
    this.settled(result);
    return result;
  }

  /** An aborted call costs money although its answer is not shown. */
  private async send(llm: LlmClient, prompt: Prompt, signal: AbortSignal, onText?: (text: string) => void) {
    return llm.ask(prompt, signal, onText, (lost) => this.reportUnshown(lost.costUsd));
  }

  /** The prompt of a call for this request. Rejects if its secrets cannot be redacted. */
  requestFor(cursor: Cursor, { draft, estimates }: Suggestion): Promise<LlmRequest> {
    const rejected = this.verdicts.rejectedAt(cursor.query);
    // A draft that was just rejected here is no draft any more.
    const isOffered = draft !== undefined && draft.text !== rejected;
    const drafts = isOffered ? [{ text: draft.text, estimate: estimates.pSpecialist }] : [];
    const { specialist, redact } = this.deps;
    return redactedRequest({ position: cursor, drafts, rejected }, specialist, redact, cursor.signal);
  }

  /**
   * The call's result. Undefined: the answer does not continue the text typed since. 'slow': the local draft can stand
   * in, and the first token or the whole answer takes longer than the user waits. A later answer is only kept.
   */
  async wait(call: InFlightCall, cursor: Cursor, local: Suggestion): Promise<Result<LlmAnswer> | undefined | 'slow'> {
    if (!canStandIn(local)) return this.inFlight.wait(call, cursor.query, cursor.signal);
    const raceEnd = new AbortController();
    const slow = this.whenPatienceEnds(call, cursor, raceEnd.signal);
    const waiting = this.inFlight.wait(call, cursor.query, AbortSignal.any([cursor.signal, raceEnd.signal]));
    try {
      return await Promise.race([waiting, slow]);
    } finally {
      // Ends the loser of the race, whose rejection is ignored.
      raceEnd.abort();
      waiting.catch(() => {});
      slow.catch(() => {});
    }
  }

  private async whenPatienceEnds(call: InFlightCall, cursor: Cursor, signal: AbortSignal): Promise<'slow'> {
    const { clock } = this.deps;
    const isWanted = wantsApi(cursor);
    const { firstMs, wholeMs } = this.latency.patience(isWanted);
    const startedAt = clock.monotonic();
    // Not longer than the user watches the position.
    const end = isWanted ? startedAt + wholeMs : Math.min(startedAt + wholeMs, cursor.startedAt + ATTENTION_MS);
    await clock.sleep(Math.min(firstMs, end - startedAt), signal);
    if (call.hasFirstToken()) await clock.sleep(end - clock.monotonic(), signal);
    return 'slow';
  }

  /** The call's cost for the first suggestion that shows its answer, then 0. */
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
    this.settled(result);
    if (!result.ok) {
      const { code } = result.error;
      if (code === 'cancelled' || code === 'timeout')
        record.latency.observeAtLeast(this.deps.clock.monotonic() - call.startedAt, call.hasFirstToken());
      return;
    }
    const { value } = result;
    record.latency.observe({ firstMs: value.firstTokenMs, wholeMs: value.latencyMs });
    record.costUsd = value.costUsd;
    // An answer cut by its length limit may end in the middle of a line.
    const wholeLines = value.truncated ? withoutLastLine(value.text) : value.text;
    const text = cleanAnswer(wholeLines, record.cursor);
    const estimates = this.estimatesAfter(text, record.local);
    const cuts = text === '' ? [] : [{ text, p: estimates.pApi, ends: 'line' as const }];
    // Nothing of it is shown yet: a request that finds it decides.
    const { model } = value;
    this.kept.put(record.cursor.query, { ...record.local, id: '', source: 'api', model, estimates, cuts, text: '' });
    // A waiting request runs before this callback. If it shows the answer, it also reports the cost.
    setImmediate(() => this.reportUnshown(this.takeCost(call)));
  }

  /** The estimates after the answer: whether it is the draft that the prompt showed. */
  private estimatesAfter(answer: string, { draft, estimates }: Suggestion): Estimates {
    if (draft === undefined) return estimates;
    const agrees = matchesTruth(answer, draft.text);
    return { ...estimates, pApi: answerProbability(this.deps.routerFor(draft), estimates.pApi, agrees) };
  }

  private reportUnshown(costUsd: number): void {
    if (costUsd > 0) this.sendEvent({ kind: 'paid-unshown', costUsd });
  }

  /** An answer ends the backoff; a failure begins it. */
  private settled(result: Result<LlmAnswer>): void {
    const { backoff } = this.deps;
    if (result.ok) {
      backoff.succeeded();
      if (this.reportedCodes.size > 0) this.sendEvent({ kind: 'api-recovered' });
      this.reportedCodes.clear();
      return;
    }
    const { code, message } = result.error;
    if (code === 'cancelled') return;
    backoff.failed(result.error);
    if (!this.reportedCodes.has(code)) this.sendEvent({ kind: 'api-failed', code, message });
    this.reportedCodes.add(code);
  }
}

/** A manual request, or a balance that always calls the large model. */
function wantsApi({ isManual, settings }: Cursor): boolean {
  return isManual || settings.balance >= 1;
}

function canStandIn({ decision }: Suggestion): boolean {
  return decision.kind === 'call' && decision.canStandIn;
}
