// What a turn is answered with: a local line, what the cache holds, or nothing, each with its reason.
import type { Clock } from '../common/clock.ts';
import { hereNote, withoutApi } from '../routing/decide.ts';
import { bestCut } from '../routing/show.ts';
import type { Decision } from '../routing/types.ts';
import type { CacheHit } from './answer-cache.ts';
import type { ApiCalls } from './api-calls.ts';
import type { Flight } from './flights.ts';
import type { LocalDrafts } from './local-drafts.ts';
import type { Screen } from './screen.ts';
import type { RequestContext, ScoredDraft } from './turn.ts';
import type { Completion } from './types.ts';

export class Replies {
  private readonly clock: Clock;
  private readonly screen: Screen;
  private readonly local: LocalDrafts;
  private readonly api: ApiCalls;

  constructor(clock: Clock, screen: Screen, local: LocalDrafts, api: ApiCalls) {
    this.clock = clock;
    this.screen = screen;
    this.local = local;
    this.api = api;
  }

  /** At the API's place: the beginning of the local draft that a call would not better by its price. It is shown at once. */
  standing(turn: RequestContext, { decision, cuts, policy, rejected }: ScoredDraft): Decision | undefined {
    const bar = Math.max(policy.fallbackBar, decision.pApi - decision.price);
    const shown = bestCut(cuts, bar, policy.annoyance);
    // Who asks waits; and in a line where a local draft was rejected the API has its turn.
    if (shown === undefined || turn.request.trigger === 'manual' || rejected !== undefined) return undefined;
    const summary = hereNote(shown, 'shown at once, and the API is asked meanwhile');
    return { ...decision, route: 'specialist', shown, summary };
  }

  /** Without the API. Nothing was paid for then, so the specialist is asked again next time. */
  settle(turn: RequestContext, local: ScoredDraft, decision = local.decision): Completion | undefined {
    return decision.route === 'specialist'
      ? this.showLocal(turn, local, decision)
      : this.screen.nothing(turn, decision);
  }

  /** Nobody looks any more: what has come waits for the next key. */
  late(turn: RequestContext, { decision }: ScoredDraft): undefined {
    const waited = ((this.clock.monotonic() - turn.startedAt) / 1000).toFixed(1);
    const summary = `Nothing is shown: the API took ${waited} s, and its answer waits for the next key.`;
    return this.screen.nothing(turn, { ...decision, route: 'none', summary });
  }

  /** The local draft instead of the API's answer, where it clears the lower bar. */
  fallBack(turn: RequestContext, local: ScoredDraft, why: string): Completion | undefined {
    return this.settle(turn, local, withoutApi(local.decision, local.cuts, local.policy, why));
  }

  showLocal(turn: RequestContext, local: ScoredDraft, decision: Decision): Completion {
    const answer = this.local.keep(turn, local, decision);
    const latencyMs = this.clock.monotonic() - turn.startedAt;
    const { text, over = 0 } = answer;
    return this.screen.show(turn, answer, { text, over, latencyMs, costUsd: 0, cached: false });
  }

  /** @param flight the call that has just brought it */
  fromCache(turn: RequestContext, hit: CacheHit, flight?: Flight): Completion | undefined {
    const { rest: text, over } = hit;
    if (text === '') return this.screen.nothing(turn, hit.answer.decision);
    const costUsd = flight === undefined ? 0 : this.api.takeCost(flight);
    const latencyMs = this.clock.monotonic() - turn.startedAt;
    return this.screen.show(turn, hit.answer, { text, over, latencyMs, costUsd, cached: flight === undefined });
  }
}
