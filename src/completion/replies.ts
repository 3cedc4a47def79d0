// Answers a request with a local line, a cached answer, or nothing, each with its reason.
import type { Clock } from '../common/clock.ts';
import { localAnswerNote, withoutApi } from '../routing/decide.ts';
import { bestCut } from '../routing/show.ts';
import type { Decision } from '../routing/types.ts';
import type { CacheHit } from './answer-cache.ts';
import type { ApiCalls } from './api-calls.ts';
import type { InFlightCall } from './in-flight-calls.ts';
import { type LocalDrafts, sureThreshold } from './local-drafts.ts';
import type { RequestContext, ScoredDraft } from './request-context.ts';
import type { ShownSuggestions } from './shown-suggestions.ts';
import type { Completion } from './types.ts';

export class Replies {
  private readonly clock: Clock;
  private readonly shown: ShownSuggestions;
  private readonly local: LocalDrafts;
  private readonly api: ApiCalls;

  constructor(clock: Clock, shown: ShownSuggestions, local: LocalDrafts, api: ApiCalls) {
    this.clock = clock;
    this.shown = shown;
    this.local = local;
    this.api = api;
  }

  /**
   * The part of the local draft that is shown at once, while the API is called. A call would gain less on this part
   * than it costs.
   */
  provisional(context: RequestContext, { decision, cuts, policy, rejected }: ScoredDraft): Decision | undefined {
    // A manual request waits for the API, and so does a line where a local draft was rejected.
    if (context.request.trigger === 'manual' || rejected !== undefined) return undefined;
    const shown = bestCut(cuts, { threshold: sureThreshold(decision, policy, context.settings) });
    if (shown === undefined) return undefined;
    const why = context.settings.localFirst
      ? 'the large model is asked only if this is not accepted'
      : 'shown at once, while the large model is asked';
    const summary = localAnswerNote(shown, why);
    return { ...decision, route: 'specialist', shown, summary };
  }

  /** Answers without the API. */
  answerWithoutApi(context: RequestContext, local: ScoredDraft, decision = local.decision): Completion | undefined {
    return decision.route === 'specialist'
      ? this.showLocal(context, local, decision)
      : this.shown.emitNothing(context, decision);
  }

  /** The user no longer watches the position: the answer waits in the cache for the next key. */
  late(context: RequestContext, { decision }: ScoredDraft): undefined {
    const waitedSeconds = ((this.clock.monotonic() - context.startedAt) / 1000).toFixed(1);
    const summary = `Nothing is shown: the large model took ${waitedSeconds} s, and its answer waits for the next key.`;
    return this.shown.emitNothing(context, { ...decision, route: 'none', summary });
  }

  /** Shows the local draft instead of the API's answer if its probability reaches `fallbackThreshold`. */
  fallBack(context: RequestContext, local: ScoredDraft, why: string): Completion | undefined {
    return this.answerWithoutApi(context, local, withoutApi(local.decision, local.cuts, local.policy, why));
  }

  showLocal(context: RequestContext, local: ScoredDraft, decision: Decision): Completion {
    const answer = this.local.cacheDraft(context, local, decision);
    const latencyMs = this.clock.monotonic() - context.startedAt;
    const { text, replaceLength = 0 } = answer;
    return this.shown.show(context, answer, { text, replaceLength, latencyMs, costUsd: 0, cached: false });
  }

  /** @param call the call that has just returned this answer */
  fromCache(context: RequestContext, hit: CacheHit, call?: InFlightCall): Completion | undefined {
    const { rest: text, replaceLength } = hit;
    if (text === '') return this.shown.emitNothing(context, hit.answer.decision);
    const costUsd = call === undefined ? 0 : this.api.takeCost(call);
    const latencyMs = this.clock.monotonic() - context.startedAt;
    return this.shown.show(context, hit.answer, {
      text,
      replaceLength,
      latencyMs,
      costUsd,
      cached: call === undefined,
    });
  }
}
