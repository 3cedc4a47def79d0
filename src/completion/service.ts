// One completion from keystroke to answer: caches first, then the specialist, then the coupling, then perhaps the API.
//
// An answer is returned once and never replaced, because ghost text that changes under the eye flickers. So for a place
// that the coupling gives to the API, the service shows a local line only where a call would not better that by its price;
// the API's answer is then for what follows, or for who types something else. Without such a line nothing is shown until the
// API has answered; the local draft comes in its stead when the call fails, answers nothing, or takes longer than
// one looks at the place. An API answer that comes later waits in the cache for the next request at that place.
import type { CompletionQuery } from '../common/completion.ts';
import type { Disposable } from '../common/disposable.ts';
import { CodedError, isCancelled } from '../common/errors.ts';
import { placeAt } from '../prompts/completion/asked-place.ts';
import type { LlmRequest } from '../prompts/completion/llm-request.ts';
import { type CacheHit, CompletionCache } from './answer-cache.ts';
import { ApiCalls } from './api-calls.ts';
import { LocalDrafts } from './local-drafts.ts';
import { Replies } from './replies.ts';
import { Screen } from './screen.ts';
import { ShowGate } from './show-gate.ts';
import { goesOn, type RequestContext, type ScoredDraft } from './turn.ts';
import type { Completion, CompletionDeps, CompletionRequest } from './types.ts';
import type { TypingPace } from './typing-pace.ts';

/** So long a call waits for a better draft that is under way, from the request on, and how often it looks, ms. */
const BETTER_MS = 600;
const LOOK_MS = 25;
/** So long the editor's list is kept waiting, ms. */
const SOON_MS = 100;

export class CompletionService implements Disposable {
  private readonly deps: CompletionDeps;
  private readonly cache = new CompletionCache();
  private readonly gate: ShowGate;
  private readonly screen: Screen;
  private readonly api: ApiCalls;
  private readonly local: LocalDrafts;
  private readonly replies: Replies;
  private current: AbortController | undefined;
  private prefetching: AbortController | undefined;
  private disposed = false;

  constructor(deps: CompletionDeps) {
    this.deps = deps;
    this.gate = new ShowGate(deps.clock, deps.log);
    this.screen = new Screen(deps, (outcome, shown) => {
      const learning = shown !== undefined && this.api.mayAsk(shown.request.query);
      this.gate.outcome(outcome, shown, learning);
    });
    this.api = new ApiCalls(deps, this.cache, (event) => this.screen.tell(event));
    this.local = new LocalDrafts(deps, this.gate, this.api, this.cache);
    this.replies = new Replies(deps.clock, this.screen, this.local, this.api);
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
    const { query: asked, selectedText = '' } = request;
    this.screen.observe(asked);
    const query = selectedText === '' ? asked : { ...asked, prefix: asked.prefix + selectedText };
    const turn = this.turnOf(request, query, AbortSignal.any([signal, own.signal]));
    if (request.trigger === 'automatic') this.api.typed(turn);
    try {
      return await (turn.besideList ? this.soon(turn) : this.answer(turn));
    } catch (error) {
      if (!turn.signal.aborted && !isCancelled(error)) this.deps.log.error('A completion failed.', error);
      return undefined;
    }
  }

  /** A key was pressed: the editor asks for this place in a moment, and the specialist may begin. Nobody is told. */
  begin(request: CompletionRequest): void {
    const { query } = request;
    if (this.disposed || goesOn(query) || this.cache.get(query) !== undefined) return;
    const settings = this.deps.settings(query);
    this.local.begin(placeAt(query, request.indentUnit, settings.multiline), settings);
  }

  /** The cursor rests here, and nothing was typed. */
  warm(query: CompletionQuery): void {
    if (!this.disposed) this.local.warm(placeAt(query), this.deps.settings(query));
  }

  /** What a call to the API at this place would send now; nobody is asked but the specialist. Rejects where it cannot be masked. */
  async preview(request: CompletionRequest, signal: AbortSignal): Promise<LlmRequest> {
    const turn = this.turnOf(request, request.query, signal);
    return this.api.requestFor(turn, await this.local.ask(turn));
  }

  /** The item's command ran: the user took all of it. Prefetches what may come next. */
  accepted(id: string): void {
    const next = this.screen.accepted(id);
    if (next !== undefined && !this.disposed) void this.prefetch(next);
  }

  /** A key took the next word or line of what is shown: so many UTF-16 units right before the cursor. */
  took(after: CompletionQuery, length: number): void {
    this.screen.took(after, length);
  }

  /** How the user types here, and how often the API would be asked. */
  get typing(): Pick<TypingPace, 'stopsAnHour' | 'callsAnHour'> {
    return this.api.typing;
  }

  /** Another large model is asked, or none; what was stored is deleted: earlier answers say nothing now, open calls end. */
  reset(): void {
    this.screen.forget();
    this.renew();
  }

  /** The same of another index or model of the folder's own: but what can be seen stays until it is decided about. */
  renew(): void {
    this.api.abort();
    this.cache.clear(this.screen.visible);
    this.gate.forget();
  }

  dispose(): void {
    this.disposed = true;
    this.current?.abort(new CodedError('cancelled', 'Disposed.'));
    this.prefetching?.abort(new CodedError('cancelled', 'Disposed.'));
    this.api.abort();
    this.cache.clear();
  }

  /** What is there soon, or nothing: the editor's list waits for it. */
  private async soon(turn: RequestContext): Promise<Completion | undefined> {
    const over = new AbortController();
    const late = this.deps.clock.sleep(SOON_MS, AbortSignal.any([turn.signal, over.signal])).then(() => {
      turn.isAside = true;
      return undefined;
    });
    try {
      return await Promise.race([this.answer(turn), late]);
    } finally {
      over.abort();
      late.catch(() => {});
    }
  }

  private async answer(turn: RequestContext): Promise<Completion | undefined> {
    const hit = this.cache.get(turn.query, this.screen.visible);
    const manual = turn.request.trigger === 'manual';
    // Who asks by hand gets an answer, where the API had none a local one.
    const silent = manual && hit?.answer.text === '';
    if (hit !== undefined && !silent && !this.isOutdone(turn, hit)) return this.replies.fromCache(turn, hit);
    // The user's own key may know better.
    if (!manual && goesOn(turn.query)) return this.screen.nothing(turn);
    this.screen.tell({ kind: 'started', request: turn.request });
    // What is under way may serve this turn, too: it must not end while the specialist thinks.
    const release = this.api.hold(turn.query);
    try {
      const local = await this.local.ask(turn);
      if (this.over(turn)) return undefined;
      if (silent) return this.replies.fallBack(turn, local, 'the API had nothing to add');
      if (turn.isAside) return this.stepAside(turn, local);
      if (local.decision.route !== 'api') return this.replies.settle(turn, local);
      const standing = this.replies.standing(turn, local);
      if (standing === undefined)
        return await (turn.besideList && !this.api.isTooSlow(turn, local)
          ? this.stepAside(turn, local)
          : this.askApi(turn, local));
      void this.askBehind(turn, local);
      return this.replies.showLocal(turn, local, standing);
    } finally {
      release();
    }
  }

  /**
   * A better local draft has come for the place since, or news of other files; and the answer that was given there is not on the screen,
   * where nothing changes.
   */
  private isOutdone(turn: RequestContext, { answer, rest }: CacheHit): boolean {
    const may = (answer.news ?? 0) < turn.news || (rest === answer.text && this.local.hasBetter(turn));
    if (answer.source !== 'specialist' || !may) return false;
    return this.screen.visible !== answer || turn.request.trigger === 'manual';
  }

  private over(turn: RequestContext): boolean {
    return this.disposed || turn.signal.aborted;
  }

  /** Waits for an earlier call that fits or makes one; the local draft where that yields nothing. */
  private async askApi(turn: RequestContext, first: ScoredDraft): Promise<Completion | undefined> {
    let local = first;
    // Twice: an earlier call may turn out to answer something else than what was typed since.
    for (let attempt = 0; attempt < 2; attempt++) {
      let flight = this.api.find(turn.query);
      if (flight === undefined) {
        if (this.api.isTooSlow(turn, local))
          return this.replies.fallBack(turn, local, 'the API takes longer than one waits');
        if (turn.request.trigger === 'automatic') await this.pause(turn);
        if (this.over(turn)) return undefined;
        if (turn.isAside) return this.stepAside(turn, local);
        // Meanwhile an earlier call may have landed or failed, or a budget have run out.
        const hit = this.cache.get(turn.query);
        if (hit !== undefined && hit.rest !== '' && !this.isOutdone(turn, hit))
          return this.replies.fromCache(turn, hit);
        if (this.local.hasBetter(turn)) {
          local = await this.local.ask(turn);
          if (this.over(turn)) return undefined;
          if (local.decision.route !== 'api') return this.replies.settle(turn, local);
        }
        const available = () => this.api.mayAsk(turn.request.query);
        if (!available()) return this.replies.fallBack(turn, local, 'the API is not available');
        flight = this.api.find(turn.query) ?? (await this.api.call(turn, local, false));
        if (this.over(turn)) return undefined;
        if (flight === undefined) {
          const why = available() ? 'this place cannot be sent safely' : 'the API is not available';
          return this.replies.fallBack(turn, local, why);
        }
      }
      const result = await this.api.wait(flight, turn, local);
      if (this.over(turn)) return undefined;
      if (turn.isAside) return this.stepAside(turn, local);
      if (result === 'slow') return this.replies.fallBack(turn, local, 'the API is slow');
      if (this.api.isTooLate(turn)) return this.replies.late(turn, local);
      // The answer does not go on from what was typed since, or the call was dropped before this request came.
      if (result === undefined || (!result.ok && result.error.code === 'cancelled')) continue;
      if (!result.ok) return this.replies.fallBack(turn, local, `the API did not answer (${result.error.code})`);
      const hit = this.cache.get(turn.query);
      if (hit === undefined) continue;
      if (hit.answer.text === '') return this.replies.fallBack(turn, local, 'the API had nothing to add');
      return this.replies.fromCache(turn, hit, flight);
    }
    return this.replies.fallBack(turn, local, 'no API answer fits');
  }

  /** The debounce before a call; a little longer where a better draft is under way, which may spare it. */
  private async pause(turn: RequestContext): Promise<void> {
    await this.api.pause(turn);
    const { clock } = this.deps;
    while (clock.monotonic() - turn.startedAt < BETTER_MS && this.local.isUnderWay(turn))
      await clock.sleep(LOOK_MS, turn.signal);
  }

  /** The place is left to the editor's list, and the answer waits in the cache for who stays there. */
  private async stepAside(turn: RequestContext, local: ScoredDraft): Promise<undefined> {
    if (local.decision.route === 'specialist') this.local.keep(turn, local, local.decision);
    else if (local.decision.route === 'api') void this.askBehind(turn, local).then(() => this.offer(turn));
    this.offer(turn);
  }

  private offer(turn: RequestContext): void {
    if (this.over(turn) || this.api.isTooLate(turn)) return;
    if ((this.cache.get(turn.query)?.rest ?? '') !== '') this.deps.onReady?.();
  }

  /** A call whose answer goes into the cache: something is shown already, or nobody asks yet. Until it is made it ends with the turn. */
  private async askBehind(turn: RequestContext, local: ScoredDraft): Promise<void> {
    if (this.api.isTooSlow(turn, local)) return;
    try {
      await this.pause(turn);
      if (this.cache.get(turn.query)?.answer.source === 'api') return;
      const isAvailable = this.api.mayAsk(turn.request.query);
      const flight = this.api.find(turn.query) ?? (isAvailable ? await this.api.call(turn, local, true) : undefined);
      await flight?.landed;
    } catch (error) {
      if (!turn.signal.aborted && !isCancelled(error))
        this.deps.log.error('A call behind what is shown failed.', error);
    }
  }

  /** Right after an accept: what may come next, into the cache. Local, unless the setting lets it call the API. */
  private async prefetch(request: CompletionRequest): Promise<void> {
    const { query } = request;
    this.prefetching?.abort(new CodedError('cancelled', 'A newer prefetch came.'));
    const own = new AbortController();
    this.prefetching = own;
    if (this.cache.get(query) !== undefined) return;
    const turn = this.turnOf(request, query, own.signal);
    try {
      const local = await this.local.ask(turn);
      if (this.over(turn)) return;
      if (local.decision.route === 'specialist') {
        this.local.keep(turn, local, local.decision);
      } else if (local.decision.route === 'api' && turn.settings.prefetchFromApi && !this.api.find(query)) {
        await this.api.call(turn, local, true);
      }
    } catch (error) {
      if (!own.signal.aborted && !isCancelled(error)) this.deps.log.error('A prefetch failed.', error);
    }
  }

  private turnOf(request: CompletionRequest, query: CompletionQuery, signal: AbortSignal): RequestContext {
    const settings = this.deps.settings(request.query);
    const place = placeAt(query, request.indentUnit, settings.multiline);
    const news = this.deps.specialist.newsFor?.(query) ?? 0;
    const { trigger, selectedText = '' } = request;
    const besideList = request.besideList === true && trigger === 'automatic' && selectedText === '';
    const startedAt = this.deps.clock.monotonic();
    return { ...place, request, settings, startedAt, news, besideList, isAside: false, signal };
  }
}
