// One completion from keystroke to answer: caches first, then the specialist, then the coupling, then perhaps the API.
//
// An answer is returned once and never replaced, because ghost text that changes under the eye flickers. So for a place
// that the coupling gives to the API, the service shows nothing until the API has answered; the local draft comes in its
// stead when the call fails, answers nothing, or takes longer than one is willing to wait while a fair draft lies ready.
// An API answer that comes too late waits in the cache for the next request at that place.
import type { CompletionQuery, Draft } from '../common/completion.ts';
import type { Disposable } from '../common/disposable.ts';
import { CodedError, isCancelled } from '../common/errors.ts';
import { cutNote, decide } from '../coupling/decide.ts';
import { scoreCuts } from '../coupling/fit.ts';
import { placeOf } from '../coupling/place.ts';
import { bestCut, type ScoredCut } from '../coupling/show.ts';
import type { Decision, PlaceFacts } from '../coupling/types.ts';
import { cleanDraft, draftOptions, placeAt } from '../tasks/completion/asked-place.ts';
import { clean } from '../tasks/completion/clean.ts';
import { completionPrompt } from '../tasks/completion/completion-prompt.ts';
import { cutsOf } from '../tasks/completion/cuts.ts';
import { requestAt, type TeacherRequest } from '../tasks/completion/teacher-request.ts';
import { type Answer, type CacheHit, CompletionCache } from './answer-cache.ts';
import { ApiCalls } from './api-calls.ts';
import type { Flight } from './flights.ts';
import { withRests } from './rests.ts';
import { Screen } from './screen.ts';
import { ShowGate } from './show-gate.ts';
import { goesOn, type Local, type Turn } from './turn.ts';
import type { Completion, CompletionDeps, CompletionRequest } from './types.ts';

/** So long a call waits for a better draft that is under way, from the request on, and how often it looks, ms. */
const BETTER_MS = 600;
const LOOK_MS = 25;

export class CompletionService implements Disposable {
  private readonly deps: CompletionDeps;
  private readonly cache = new CompletionCache();
  private readonly gate: ShowGate;
  private readonly screen: Screen;
  private readonly api: ApiCalls;
  private current: AbortController | undefined;
  private prefetching: AbortController | undefined;
  private disposed = false;

  constructor(deps: CompletionDeps) {
    this.deps = deps;
    this.gate = new ShowGate(deps.clock, deps.log);
    this.screen = new Screen(deps, (outcome, shown) => {
      const learning = shown !== undefined && deps.settings(shown.request.query).balance > 0;
      this.gate.outcome(outcome, shown, learning);
    });
    this.api = new ApiCalls(deps, this.cache, (event) => this.screen.tell(event));
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
    try {
      return await this.answer(turn);
    } catch (error) {
      if (!turn.signal.aborted && !isCancelled(error)) this.deps.log.error('A completion failed.', error);
      return undefined;
    }
  }

  /** A key was pressed: the editor asks for this place in a moment, and the specialist may begin. Nobody is told. */
  begin(request: CompletionRequest): void {
    const { query } = request;
    if (this.disposed || goesOn(query) || this.cache.get(query) !== undefined) return;
    const place = placeAt(query, request.indentUnit, this.deps.settings(query).multiline);
    this.deps.specialist.begin?.(query, draftOptions(place));
  }

  /** The cursor rests here, and nothing was typed. */
  warm(query: CompletionQuery): void {
    if (!this.disposed) this.deps.specialist.warm?.(query);
  }

  /** What a call to the API at this place would send now; nobody is asked but the specialist. Rejects where it cannot be masked. */
  async preview(request: CompletionRequest, signal: AbortSignal): Promise<TeacherRequest> {
    const turn = this.turnOf(request, request.query, signal);
    return this.api.requestFor(turn, await this.askSpecialist(turn));
  }

  /** The item's command ran: the user took all of it. Prefetches what may come next. */
  accepted(id: string): void {
    const next = this.screen.accepted(id);
    if (next !== undefined && !this.disposed) void this.prefetch(next);
  }

  /** The editor inserted the first `length` UTF-16 units of it. */
  partlyAccepted(id: string, length: number): void {
    this.screen.partlyAccepted(id, length);
  }

  /** After an adaptation, a changed setting or a withdrawn consent: earlier answers say nothing now, open calls end. */
  reset(): void {
    this.api.abort();
    this.cache.clear();
    this.screen.forget();
    this.gate.forget();
  }

  dispose(): void {
    this.disposed = true;
    this.current?.abort(new CodedError('cancelled', 'Disposed.'));
    this.prefetching?.abort(new CodedError('cancelled', 'Disposed.'));
    this.api.abort();
    this.cache.clear();
  }

  private async answer(turn: Turn): Promise<Completion | undefined> {
    const hit = this.cache.get(turn.query);
    if (hit !== undefined && !this.isOutdone(turn, hit)) return this.fromCache(turn, hit);
    // The user's own key may know better.
    if (turn.request.trigger === 'automatic' && goesOn(turn.query)) return this.screen.nothing(turn);
    this.screen.tell({ kind: 'started', request: turn.request });
    const local = await this.askSpecialist(turn);
    if (this.over(turn)) return undefined;
    return local.decision.route === 'api' ? this.askApi(turn, local) : this.settle(turn, local);
  }

  /** Without the API. Nothing was paid for then, so the specialist is asked again next time. */
  private settle(turn: Turn, local: Local): Completion | undefined {
    const { decision } = local;
    return decision.route === 'specialist'
      ? this.showLocal(turn, local, decision)
      : this.screen.nothing(turn, decision);
  }

  private hasBetter(turn: Turn): boolean {
    return this.deps.specialist.hasBetter?.(turn.query, draftOptions(turn)) === true;
  }

  /**
   * A better local draft has come for the place since, or news of other files; and the answer that was given there is not on the screen,
   * where nothing changes.
   */
  private isOutdone(turn: Turn, { answer, rest }: CacheHit): boolean {
    const may = (answer.news ?? 0) < turn.news || (rest === answer.text && this.hasBetter(turn));
    if (answer.source !== 'specialist' || !may) return false;
    return !this.screen.shows(answer) || turn.request.trigger === 'manual';
  }

  private over(turn: Turn): boolean {
    return this.disposed || turn.signal.aborted;
  }

  private async askSpecialist(turn: Turn): Promise<Local> {
    const { query, request, settings, signal } = turn;
    let draft: Draft | undefined;
    try {
      draft = await this.deps.specialist.complete(query, draftOptions(turn), signal);
    } catch (error) {
      if (signal.aborted) throw error;
      this.deps.log.error('The specialist failed.', error);
    }
    const cleaned = cleanDraft(draft, turn);
    const place: PlaceFacts = { ...placeOf(query), ...this.gate.lastFacts() };
    const manual = request.trigger === 'manual';
    const { waitMs } = this.api;
    const rejected = this.gate.rejectedAt(query);
    const policy = {
      ...this.gate.policy(settings, this.api.available(settings), manual, rejected !== undefined),
      // Who asks for a suggestion waits for it.
      ...(!manual && waitMs !== undefined && { waitMs }),
    };
    const fit = this.deps.fit(draft);
    const cuts = cleaned === undefined ? [] : scoreCuts(fit, cutsOf(cleaned, turn), place, policy.shift);
    const decision = decide(fit, cleaned, place, policy, cuts);
    const summary =
      draft?.why === undefined ? decision.summary : `${decision.summary}; ${draft.model} alone: ${draft.why}`;
    return {
      draft: cleaned,
      decision: { ...decision, summary },
      cuts,
      policy,
      ...(rejected !== undefined && { rejected }),
    };
  }

  /** Waits for an earlier call that fits or makes one; the local draft where that yields nothing. */
  private async askApi(turn: Turn, first: Local): Promise<Completion | undefined> {
    let local = first;
    // Twice: an earlier call may turn out to answer something else than what was typed since.
    for (let attempt = 0; attempt < 2; attempt++) {
      let flight = this.api.find(turn.query);
      if (flight === undefined) {
        if (this.api.isTooSlow(turn, local)) return this.fallBack(turn, local, 'the API takes longer than one waits');
        if (turn.request.trigger === 'automatic') await this.pause(turn);
        if (this.over(turn)) return undefined;
        // Meanwhile an earlier call may have landed or failed, or a budget have run out.
        const hit = this.cache.get(turn.query);
        if (hit !== undefined && hit.rest !== '' && !this.isOutdone(turn, hit)) return this.fromCache(turn, hit);
        if (this.hasBetter(turn)) {
          local = await this.askSpecialist(turn);
          if (this.over(turn)) return undefined;
          if (local.decision.route !== 'api') return this.settle(turn, local);
        }
        const available = () => this.api.available(this.deps.settings(turn.request.query));
        if (!available()) return this.fallBack(turn, local, 'the API is not available');
        flight = this.api.find(turn.query) ?? (await this.api.call(turn, local, false));
        if (this.over(turn)) return undefined;
        if (flight === undefined) {
          const why = available() ? 'this place cannot be sent safely' : 'the API is not available';
          return this.fallBack(turn, local, why);
        }
      }
      const result = await this.api.wait(flight, turn, local);
      if (this.over(turn)) return undefined;
      if (result === 'slow') return this.fallBack(turn, local, 'the API is slow');
      // The answer does not go on from what was typed since, or the call was dropped before this request came.
      if (result === undefined || (!result.ok && result.error.code === 'cancelled')) continue;
      if (!result.ok) return this.fallBack(turn, local, `the API did not answer (${result.error.code})`);
      const hit = this.cache.get(turn.query);
      if (hit === undefined) continue;
      if (hit.answer.text === '') return this.fallBack(turn, local, 'the API had nothing to add');
      return this.fromCache(turn, hit, flight);
    }
    return this.fallBack(turn, local, 'no API answer fits');
  }

  /** The debounce before a call; a little longer where a better draft is under way, which may spare it. */
  private async pause(turn: Turn): Promise<void> {
    await this.api.pause(turn);
    const { clock, specialist } = this.deps;
    const isUnderWay = () => specialist.isUnderWay?.(turn.query, draftOptions(turn)) === true;
    while (clock.monotonic() - turn.startedAt < BETTER_MS && isUnderWay()) await clock.sleep(LOOK_MS, turn.signal);
  }

  /** The local draft instead of the API's answer, where it clears the lower bar. */
  private fallBack(turn: Turn, local: Local, why: string): Completion | undefined {
    const { decision, cuts, policy } = local;
    const shown = bestCut(cuts, policy.fallbackBar, policy.annoyance);
    const summary = `${shown ? 'Specialist' : 'Nothing'}: ${decision.pSpecialist.toFixed(2)} local, ${why}`;
    if (shown === undefined) return this.screen.nothing(turn, { ...decision, route: 'none', summary });
    return this.showLocal(turn, local, { ...decision, route: 'specialist', shown, summary: summary + cutNote(shown) });
  }

  private showLocal(turn: Turn, local: Local, decision: Decision): Completion {
    const answer = this.keepLocal(turn, local, decision);
    const latencyMs = this.deps.clock.monotonic() - turn.startedAt;
    return this.screen.show(turn, answer, answer.text, { latencyMs, costUsd: 0, cached: false });
  }

  private keepLocal(turn: Turn, { draft, cuts, policy }: Local, decision: Decision): Answer {
    const bar = this.api.available(turn.settings) ? policy.showBar : policy.fallbackBar;
    const answer = this.localAnswer(turn, draft as Draft, decision);
    for (const placed of withRests(turn.query, answer, cuts, bar)) this.cache.put(placed.query, placed.answer);
    return answer;
  }

  private localAnswer(turn: Turn, { model }: Draft, decision: Decision): Answer {
    // What was not paid is only saved where the API was in reach: not with a refused key, nor while it is down.
    const api = this.api.available(turn.settings) ? this.deps.teacher() : undefined;
    const savedUsd = api?.estimateUsd(completionPrompt(requestAt(turn, []), api.facts)) ?? 0;
    const { text } = decision.shown as ScoredCut;
    return { text, source: 'specialist', model, decision, savedUsd, news: turn.news };
  }

  /** @param flight the call that has just brought it */
  private fromCache(turn: Turn, hit: CacheHit, flight?: Flight): Completion | undefined {
    const text = this.fitted(turn, hit);
    if (text === '') return this.screen.nothing(turn, hit.answer.decision);
    const costUsd = flight === undefined ? 0 : this.api.takeCost(flight);
    const latencyMs = this.deps.clock.monotonic() - turn.startedAt;
    return this.screen.show(turn, hit.answer, text, { latencyMs, costUsd, cached: flight === undefined });
  }

  /** What is left of an answer, without what the editor has closed meanwhile. */
  private fitted(turn: Turn, hit: CacheHit): string {
    if (!hit.autoClosed) return hit.rest;
    return clean(hit.rest, { ...turn, block: hit.rest.includes('\n') });
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
      const local = await this.askSpecialist(turn);
      if (this.over(turn)) return;
      if (local.decision.route === 'specialist') {
        this.keepLocal(turn, local, local.decision);
      } else if (local.decision.route === 'api' && turn.settings.prefetchFromApi && !this.api.find(query)) {
        await this.api.call(turn, local, true);
      }
    } catch (error) {
      if (!own.signal.aborted && !isCancelled(error)) this.deps.log.error('A prefetch failed.', error);
    }
  }

  private turnOf(request: CompletionRequest, query: CompletionQuery, signal: AbortSignal): Turn {
    const settings = this.deps.settings(request.query);
    const place = placeAt(query, request.indentUnit, settings.multiline);
    const news = this.deps.specialist.newsFor?.(query) ?? 0;
    return { ...place, request, settings, startedAt: this.deps.clock.monotonic(), news, signal };
  }
}
