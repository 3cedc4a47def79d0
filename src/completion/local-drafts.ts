// Local drafts: asks the specialist, scores the draft with the router, and caches what is shown and what was cut off.
import type { Draft } from '../common/completion.ts';
import {
  cleanDraft,
  draftOptions,
  replacedClosers,
  withoutInsertedClosers,
} from '../prompts/completion/completion-position.ts';
import { completionPrompt } from '../prompts/completion/completion-prompt.ts';
import { cutsOf } from '../prompts/completion/cuts.ts';
import { requestAt } from '../prompts/completion/llm-request.ts';
import type { CompletionPosition } from '../prompts/completion/types.ts';
import { decide } from '../routing/decide.ts';
import { scoreCuts } from '../routing/fit.ts';
import { positionFactsOf } from '../routing/position-facts.ts';
import type { ScoredCut } from '../routing/show.ts';
import type { Decision, PositionFacts } from '../routing/types.ts';
import { isProse } from '../text/prose-text.ts';
import type { CachedAnswer, CompletionCache } from './answer-cache.ts';
import type { ApiCalls } from './api-calls.ts';
import { withRemainders } from './cached-remainders.ts';
import type { RequestContext, ScoredDraft } from './request-context.ts';
import type { ShowGate } from './show-gate.ts';
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

  /** Rejects when the request ends. A failing specialist counts as no draft. */
  async ask(context: RequestContext): Promise<ScoredDraft> {
    const { query, request, settings, signal } = context;
    let draft: Draft | undefined;
    const asked = this.asked(context, settings);
    try {
      draft = await this.deps.specialist.complete(asked.query, draftOptions(asked), signal);
    } catch (error) {
      if (signal.aborted) throw error;
      this.deps.log.error('The specialist failed.', error);
    }
    const cleaned = cleanDraft(draft, asked);
    const position: PositionFacts = { ...positionFactsOf(query), ...this.gate.lastFacts() };
    const manual = request.trigger === 'manual';
    const { waitMs } = this.api;
    const rejected = this.gate.rejectedAt(query);
    const { opensList } = context;
    const prose = isProse(query.languageId, query.prefix);
    const at = { rejectedHere: rejected !== undefined, opensList, prose };
    const policy = {
      ...this.gate.policy(settings, this.api.available(settings), manual, at),
      // A manual request has no latency cost.
      ...(!manual && waitMs !== undefined && { waitMs }),
    };
    const fit = this.deps.fit(draft);
    const scored = cleaned === undefined ? [] : scoreCuts(fit, cutsOf(cleaned, asked), position, policy.shift);
    const placed = asked.query === query ? scored : scored.flatMap((cut) => over(cut, context));
    // A text that was rejected in this line a moment ago is not proposed again, nor is its beginning.
    const isRejected = ({ text }: ScoredCut) =>
      rejected !== undefined && (rejected.startsWith(text) || text.startsWith(rejected));
    const cuts = manual ? placed : placed.filter((cut) => !isRejected(cut));
    const decision = decide(fit, cleaned, position, policy, cuts);
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

  /** Whether a draft that came too late for an earlier request is available. */
  hasBetter(context: RequestContext): boolean {
    const asked = this.asked(context, context.settings);
    return this.deps.specialist.hasBetter?.(asked.query, draftOptions(asked)) === true;
  }

  isUnderWay(context: RequestContext): boolean {
    const asked = this.asked(context, context.settings);
    return this.deps.specialist.isUnderWay?.(asked.query, draftOptions(asked)) === true;
  }

  /** Starts the draft for a request that is expected. */
  begin(position: CompletionPosition, settings: CompletionSettings): void {
    const { query, ...asked } = this.asked(position, settings);
    this.deps.specialist.begin?.(query, draftOptions(asked));
  }

  warm(position: CompletionPosition, settings: CompletionSettings): void {
    this.deps.specialist.warm?.(this.asked(position, settings).query);
  }

  /**
   * If the API may answer too, both models complete the text before the closing brackets, so that they can be compared.
   */
  private asked(position: CompletionPosition, settings: CompletionSettings): CompletionPosition {
    return this.api.available(settings) ? position : withoutInsertedClosers(position);
  }

  /**
   * Caches the shown text and the remainder that was cut off.
   * @param decision the router's own, or one that shows the draft instead of the API's answer
   */
  keep(context: RequestContext, local: ScoredDraft, decision: Decision): CachedAnswer {
    // The remainder is shown by an automatic request, even after a manual one.
    const available = this.api.available(context.settings);
    const { showThreshold, fallbackThreshold } = this.gate.policy(context.settings, available, false);
    const limits = { threshold: available ? showThreshold : fallbackThreshold };
    const answer = this.answerOf(context, local, decision);
    for (const placed of withRemainders(context.query, answer, local.cuts, limits))
      this.cache.put(placed.query, placed.answer);
    return answer;
  }

  private answerOf(context: RequestContext, local: ScoredDraft, decision: Decision): CachedAnswer {
    // Money is saved only if the API was available, and not if the draft is shown while a call is made anyway.
    const saves = decision === local.decision && this.api.available(context.settings);
    const api = saves ? this.deps.llm() : undefined;
    const savedUsd = api?.estimateUsd(completionPrompt(requestAt(context, []), api.facts)) ?? 0;
    const { model } = local.draft as Draft;
    const { text, over } = decision.shown as ScoredCut;
    return {
      text,
      ...(over && { over }),
      source: 'specialist',
      model,
      decision,
      savedUsd,
      indexRevision: context.indexRevision,
    };
  }
}

function over(cut: ScoredCut, context: RequestContext): ScoredCut[] {
  const written = replacedClosers(context, cut.text);
  return written === undefined ? [] : [{ ...cut, over: written }];
}
