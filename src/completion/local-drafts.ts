// What the specialist says at a place, what the coupling makes of it, and what of it waits in the cache.
import type { Draft } from '../common/completion.ts';
import { cleanDraft, draftOptions, unclosedPlace, writtenOver } from '../prompts/completion/asked-place.ts';
import { completionPrompt } from '../prompts/completion/completion-prompt.ts';
import { cutsOf } from '../prompts/completion/cuts.ts';
import { requestAt } from '../prompts/completion/llm-request.ts';
import type { CompletionPlace } from '../prompts/completion/types.ts';
import { decide } from '../routing/decide.ts';
import { scoreCuts } from '../routing/fit.ts';
import { positionOf } from '../routing/place.ts';
import type { ScoredCut } from '../routing/show.ts';
import type { Decision, PlaceFacts } from '../routing/types.ts';
import { isProse } from '../text/prose-text.ts';
import type { CachedAnswer, CompletionCache } from './answer-cache.ts';
import type { ApiCalls } from './api-calls.ts';
import { withRests } from './rests.ts';
import type { ShowGate } from './show-gate.ts';
import type { RequestContext, ScoredDraft } from './turn.ts';
import type { CompletionDeps, CompletionSettings } from './types.ts';

export class LocalDrafts {
  private readonly deps: CompletionDeps;
  private readonly gate: ShowGate;
  private readonly api: ApiCalls;
  private readonly cache: CompletionCache;

  constructor(deps: CompletionDeps, gate: ShowGate, api: ApiCalls, cache: CompletionCache) {
    this.deps = deps;
    this.gate = gate;
    this.api = api;
    this.cache = cache;
  }

  /** Rejects when the turn ends; a specialist that fails has nothing to say. */
  async ask(turn: RequestContext): Promise<ScoredDraft> {
    const { query, request, settings, signal } = turn;
    let draft: Draft | undefined;
    const asked = this.asked(turn, settings);
    try {
      draft = await this.deps.specialist.complete(asked.query, draftOptions(asked), signal);
    } catch (error) {
      if (signal.aborted) throw error;
      this.deps.log.error('The specialist failed.', error);
    }
    const cleaned = cleanDraft(draft, asked);
    const place: PlaceFacts = { ...positionOf(query), ...this.gate.lastFacts() };
    const manual = request.trigger === 'manual';
    const { waitMs } = this.api;
    const rejected = this.gate.rejectedAt(query);
    const { besideList } = turn;
    const prose = isProse(query.languageId, query.prefix);
    const at = { rejectedHere: rejected !== undefined, besideList, prose };
    const policy = {
      ...this.gate.policy(settings, this.api.available(settings), manual, at),
      // Who asks for a suggestion waits for it.
      ...(!manual && waitMs !== undefined && { waitMs }),
    };
    const fit = this.deps.fit(draft);
    const scored = cleaned === undefined ? [] : scoreCuts(fit, cutsOf(cleaned, asked), place, policy.shift);
    const cuts = asked.query === query ? scored : scored.flatMap((cut) => over(cut, turn));
    const decision = decide(fit, cleaned, place, policy, cuts);
    if (!manual) this.api.typing.judge(decision.gain > decision.price);
    const alone = draft?.why === undefined ? '' : ` From the ${draft.model} alone: ${draft.why}.`;
    return {
      draft: cleaned,
      decision: { ...decision, summary: decision.summary + alone },
      cuts,
      policy,
      ...(rejected !== undefined && { rejected }),
    };
  }

  /** A draft that came too late for the request before waits for this one. */
  hasBetter(turn: RequestContext): boolean {
    const asked = this.asked(turn, turn.settings);
    return this.deps.specialist.hasBetter?.(asked.query, draftOptions(asked)) === true;
  }

  isUnderWay(turn: RequestContext): boolean {
    const asked = this.asked(turn, turn.settings);
    return this.deps.specialist.isUnderWay?.(asked.query, draftOptions(asked)) === true;
  }

  /** What is asked at the place later may begin. */
  begin(place: CompletionPlace, settings: CompletionSettings): void {
    const { query, ...asked } = this.asked(place, settings);
    this.deps.specialist.begin?.(query, draftOptions(asked));
  }

  warm(place: CompletionPlace, settings: CompletionSettings): void {
    this.deps.specialist.warm?.(this.asked(place, settings).query);
  }

  /** Where the API may answer, too, both say what stands before the closers behind the cursor: what is compared is the same. */
  private asked(place: CompletionPlace, settings: CompletionSettings): CompletionPlace {
    return this.api.available(settings) ? place : unclosedPlace(place);
  }

  /**
   * Into the cache: what the decision shows, and what was cut off.
   * @param decision the coupling's own, or one that shows the draft in the API's stead
   */
  keep(turn: RequestContext, local: ScoredDraft, decision: Decision): CachedAnswer {
    // The rest comes by itself, whoever asked for the beginning.
    const available = this.api.available(turn.settings);
    const { showBar, fallbackBar, annoyance } = this.gate.policy(turn.settings, available, false);
    const policy = { bar: available ? showBar : fallbackBar, annoyance };
    const answer = this.answerOf(turn, local, decision);
    for (const placed of withRests(turn.query, answer, local.cuts, policy)) this.cache.put(placed.query, placed.answer);
    return answer;
  }

  private answerOf(turn: RequestContext, local: ScoredDraft, decision: Decision): CachedAnswer {
    // What was not paid is only saved where the API was in reach: not with a refused key, nor while it is down. Nor where the draft stands in for
    // an answer of the API: that is paid for all the same.
    const saves = decision === local.decision && this.api.available(turn.settings);
    const api = saves ? this.deps.llm() : undefined;
    const savedUsd = api?.estimateUsd(completionPrompt(requestAt(turn, []), api.facts)) ?? 0;
    const { model } = local.draft as Draft;
    const { text, over } = decision.shown as ScoredCut;
    return { text, ...(over && { over }), source: 'specialist', model, decision, savedUsd, news: turn.news };
  }
}

function over(cut: ScoredCut, turn: RequestContext): ScoredCut[] {
  const written = writtenOver(turn, cut.text);
  return written === undefined ? [] : [{ ...cut, over: written }];
}
