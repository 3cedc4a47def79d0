// The API as the service uses it: whether it can be asked now, the calls, and what each leaves behind: its answer in the
// cache, its price told once, its latency, and at a failure a pause and one event.
import type { CompletionQuery } from '../common/completion.ts';
import { type Failure, isCancelled, type Result } from '../common/errors.ts';
import type { LlmAnswer } from '../llm/types.ts';
import { cleanAnswer } from '../prompts/completion/clean.ts';
import { completionPrompt } from '../prompts/completion/completion-prompt.ts';
import type { LlmRequest } from '../prompts/completion/llm-request.ts';
import { bestCut } from '../routing/show.ts';
import type { Decision } from '../routing/types.ts';
import { withoutLastLine } from '../text/lines.ts';
import type { CompletionCache } from './answer-cache.ts';
import { LlmLatency } from './api-pace.ts';
import { type Flight, InFlightCalls } from './flights.ts';
import { HINT_BAR, maskedRequest } from './masked-request.ts';
import type { RequestContext, ScoredDraft } from './turn.ts';
import type { CompletionDeps, CompletionEvent, CompletionSettings } from './types.ts';
import { inOneWord, TypingPace } from './typing-pace.ts';

/** So long who stopped typing looks at the place, ms: nothing comes there later that nobody has asked for. */
const ATTENTION_MS = 2000;
/** In a word that a call was made in already, nobody has stopped before so long a pause, ms. */
const AGAIN_MS = 1000;

/** What a call was made for; its price from its landing until a shown completion carries it. */
interface Aim {
  readonly turn: RequestContext;
  readonly decision: Decision;
  readonly pace: LlmLatency;
  costUsd: number;
}

export class ApiCalls {
  private readonly deps: CompletionDeps;
  private readonly cache: CompletionCache;
  private readonly tell: (event: CompletionEvent) => void;
  private readonly flights: InFlightCalls;
  /** Of each model its own: a slow one tells nothing of the next. */
  private readonly paces = new Map<string, LlmLatency>();
  private readonly aims = new WeakMap<Flight, Aim>();
  readonly typing = new TypingPace();
  /** Where the last call was made. */
  private lastCall: CompletionQuery | undefined;
  /** Kinds of failure told of since the last success. */
  private readonly told = new Set<string>();

  constructor(deps: CompletionDeps, cache: CompletionCache, tell: (event: CompletionEvent) => void) {
    this.deps = deps;
    this.cache = cache;
    this.tell = tell;
    this.flights = new InFlightCalls(
      deps.clock,
      () => this.pace.expectedMs,
      (flight, result) => this.landed(flight, result),
    );
  }

  /** What an answer of the model that is asked now takes, ms; undefined before the first. */
  get waitMs(): number | undefined {
    return this.pace.measured ? this.pace.expectedMs : undefined;
  }

  private get pace(): LlmLatency {
    const llm = this.deps.llm();
    const name = llm?.facts.asked ?? llm?.model ?? '';
    const pace = this.paces.get(name) ?? new LlmLatency();
    this.paces.set(name, pace);
    return pace;
  }

  available(settings: CompletionSettings): boolean {
    return settings.apiAllowed && this.deps.backoff.retryAtMs === undefined && this.deps.llm() !== undefined;
  }

  /** By the settings as they are now. */
  mayAsk(query: CompletionQuery): boolean {
    const settings = this.deps.settings(query);
    return settings.balance > 0 && this.available(settings);
  }

  /** An answer usually takes longer than one waits with this draft at hand: then no call is worth making. Who asks for the API waits for it. */
  isTooSlow(turn: RequestContext, local: ScoredDraft): boolean {
    return this.pace.isTooSlow && !wantsApi(turn) && hasFair(turn, local);
  }

  /** A call under way whose answer can serve this query. */
  find(query: CompletionQuery): Flight | undefined {
    return this.flights.find(query);
  }

  /** See Flights.hold. */
  hold(query: CompletionQuery): () => void {
    return this.flights.hold(query);
  }

  /** A key was pressed, and a request made of it. */
  typed({ request, settings, startedAt }: RequestContext): void {
    this.typing.key(request.query, startedAt, this.pauseMs(settings));
  }

  /** A call waits until the user pauses, within one word for a longer time the second time: less the time that this request has taken so far. */
  async pause({ settings, query, startedAt, signal }: RequestContext): Promise<void> {
    const again = this.lastCall !== undefined && inOneWord(this.lastCall, query);
    const pause = Math.max(this.pauseMs(settings), again ? AGAIN_MS : 0);
    const left = pause - (this.deps.clock.monotonic() - startedAt);
    if (left > 0) await this.deps.clock.sleep(left, signal);
  }

  private pauseMs({ apiDebounceMinMs, apiDebounceMaxMs }: CompletionSettings): number {
    return this.pace.delay({ minMs: apiDebounceMinMs, maxMs: apiDebounceMaxMs }, this.typing.gapMs);
  }

  /** The user's attention for this place is over: he has not asked for anything, and pressed no key since. */
  isTooLate(turn: RequestContext): boolean {
    return !wantsApi(turn) && this.deps.clock.monotonic() - turn.startedAt > ATTENTION_MS;
  }

  /**
   * Makes a call. Undefined: this place cannot be sent safely, or an earlier call has failed while it was made ready for
   * sending, and the API is left alone now. Rejects when the turn ends before the call has begun.
   * @param runOn nobody may be waiting for it yet (see Flights.start)
   */
  async call(turn: RequestContext, local: ScoredDraft, runOn: boolean): Promise<Flight | undefined> {
    const request = await this.requestFor(turn, local).catch((error: unknown) => {
      if (!isCancelled(error))
        this.deps.log.error('The secrets of a prompt could not be masked, so it is not sent.', error);
      return undefined;
    });
    turn.signal.throwIfAborted();
    const llm = this.deps.llm();
    if (request === undefined || llm === undefined || !this.available(turn.settings)) return undefined;
    this.flights.dropOrphans();
    this.lastCall = turn.query;
    const prompt = completionPrompt(request, llm.facts);
    const { path } = turn.query;
    // Nobody sees what was ended; it is paid for all the same.
    const onLost = (lost: LlmAnswer) => this.unshown(path, lost.model, lost.costUsd);
    const ask = (signal: AbortSignal, onText: (text: string) => void) => llm.ask(prompt, signal, onText, onLost);
    const flight = this.flights.start(turn.query, ask, runOn);
    this.aims.set(flight, { turn, decision: local.decision, pace: this.pace, costUsd: 0 });
    return flight;
  }

  /** What a call for this turn sends. Rejects where its secrets cannot be masked. */
  requestFor(turn: RequestContext, { draft, decision, rejected }: ScoredDraft): Promise<LlmRequest> {
    const hint = decision.pSpecialist >= HINT_BAR ? draft : undefined;
    return maskedRequest({ place: turn, hint, rejected }, this.deps.specialist, this.deps.mask, turn.signal);
  }

  /**
   * The call's result; undefined: it turned out not to go on from what was typed since. 'slow': patience is over, for its first words or
   * for all of it, while a fair local draft lies ready; the call goes on into the cache.
   */
  async wait(
    flight: Flight,
    turn: RequestContext,
    local: ScoredDraft,
  ): Promise<Result<LlmAnswer> | undefined | 'slow'> {
    if (!hasFair(turn, local)) return this.flights.wait(flight, turn.query, turn.signal);
    const over = new AbortController();
    const slow = this.outOfPatience(flight, turn, over.signal);
    const waiting = this.flights.wait(flight, turn.query, AbortSignal.any([turn.signal, over.signal]));
    try {
      return await Promise.race([waiting, slow]);
    } finally {
      // Ends the loser of the race, which then rejects unheard.
      over.abort();
      waiting.catch(() => {});
      slow.catch(() => {});
    }
  }

  private async outOfPatience(flight: Flight, turn: RequestContext, signal: AbortSignal): Promise<'slow'> {
    const { clock } = this.deps;
    const asked = wantsApi(turn);
    const { firstMs, wholeMs } = this.pace.patience(asked);
    const began = clock.monotonic();
    // While the place is looked at, or not at all.
    const end = asked ? began + wholeMs : Math.min(began + wholeMs, turn.startedAt + ATTENTION_MS);
    await clock.sleep(Math.min(firstMs, end - began), signal);
    if (flight.hasBegun()) await clock.sleep(end - clock.monotonic(), signal);
    return 'slow';
  }

  /** The call's price, once: for the first completion that shows its answer. */
  takeCost(flight: Flight): number {
    const aim = this.aims.get(flight);
    const costUsd = aim?.costUsd ?? 0;
    if (aim !== undefined) aim.costUsd = 0;
    return costUsd;
  }

  /** Ends every call under way. */
  abort(): void {
    this.flights.abort();
  }

  /** Every call ends here, waited for or not. */
  private landed(flight: Flight, result: Result<LlmAnswer>): void {
    const aim = this.aims.get(flight);
    if (aim === undefined) return;
    if (!result.ok) {
      const { code } = result.error;
      if (code === 'cancelled' || code === 'timeout')
        aim.pace.outlasted(this.deps.clock.monotonic() - flight.startedAt, flight.hasBegun());
      if (code !== 'cancelled') this.failed(result.error);
      return;
    }
    const { value } = result;
    this.deps.backoff.succeeded();
    if (this.told.size > 0) {
      this.told.clear();
      this.tell({ kind: 'api-recovered' });
    }
    aim.pace.observe({ firstMs: value.firstTokenMs, wholeMs: value.latencyMs });
    aim.costUsd = value.costUsd;
    const { query } = aim.turn;
    // Cut by its length limit, an answer ends anywhere: its last line is not to be trusted.
    const whole = value.truncated ? withoutLastLine(value.text) : value.text;
    const text = cleanAnswer(whole, aim.turn);
    this.cache.put(query, { text, source: 'api', model: value.model, decision: aim.decision, savedUsd: 0 });
    // Whoever waits for the call shows its answer before this runs, and takes the price.
    setImmediate(() => this.unshown(query.path, value.model, this.takeCost(flight)));
  }

  private unshown(path: string, model: string, costUsd: number): void {
    if (costUsd > 0) this.tell({ kind: 'paid-unshown', path, model, costUsd });
  }

  private failed(failure: Failure): void {
    const { backoff } = this.deps;
    backoff.failed(failure);
    if (this.told.has(failure.code)) return;
    this.told.add(failure.code);
    const { code, message } = failure;
    const { retryAtMs } = backoff;
    this.tell({ kind: 'api-failed', code, message, ...(retryAtMs === undefined ? {} : { retryAtMs }) });
  }
}

/** By the user's own key, or by a setting that says so. */
function wantsApi({ request, settings }: RequestContext): boolean {
  return request.trigger === 'manual' || settings.balance >= 1;
}

/** Who asks gets any draft in the end, but waits for the API unless it is half as likely as what comes by itself. */
function hasFair({ settings }: RequestContext, { cuts, policy }: ScoredDraft): boolean {
  return bestCut(cuts, Math.max(policy.fallbackBar, settings.fallbackBar / 2), policy.annoyance) !== undefined;
}
