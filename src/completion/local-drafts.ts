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
import { decide, withoutApi } from '../routing/decide.ts';
import { scoreCuts } from '../routing/fit.ts';
import { positionFactsOf } from '../routing/position-facts.ts';
import { expectedCharacters } from '../routing/priors.ts';
import type { ScoredCut } from '../routing/show.ts';
import type { Decision, PolicySettings, PositionFacts } from '../routing/types.ts';
import { beginsAlike } from '../text/edits.ts';
import { isSentence } from '../text/prose-text.ts';
import type { CachedAnswer, CompletionCache } from './answer-cache.ts';
import type { ApiCalls } from './api-calls.ts';
import { withRemainders } from './cached-remainders.ts';
import type { RequestContext, ScoredDraft } from './request-context.ts';
import type { ShowGate } from './show-gate.ts';
import type { CompletionDeps, CompletionSettings } from './types.ts';

/**
 * Characters that a right answer must be expected to write beyond the local draft, for each unit of the call's price.
 * How often answers are right is in the gain, which is compared with the price itself.
 */
const CHARACTERS = 67;

/** With `localFirst`, a wrong local suggestion also delays the call, so that less of the price is allowed. */
const LOCAL_FIRST_SHARE = 0.5;

/** From this probability on, a local suggestion is shown although the API is likelier right: a call gains too little. */
export function sureThreshold(
  { pApi, price }: Decision,
  { fallbackThreshold }: PolicySettings,
  { localFirst }: CompletionSettings,
): number {
  return Math.max(fallbackThreshold, pApi - price * (localFirst ? LOCAL_FIRST_SHARE : 1));
}

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
    const draftPosition = this.draftPositionOf(context, settings);
    try {
      draft = await this.deps.specialist.complete(draftPosition.query, draftOptions(draftPosition), signal);
    } catch (error) {
      if (signal.aborted) throw error;
      this.deps.log.error('The specialist failed.', error);
    }
    const cleaned = cleanDraft(draft, draftPosition);
    const position: PositionFacts = { ...positionFactsOf(query), ...this.gate.lastFacts() };
    const isManual = request.trigger === 'manual';
    const { waitMs } = this.api;
    const rejected = this.gate.rejectedAt(query);
    const { opensList } = context;
    const prose = isSentence(query.languageId, query.prefix);
    const gatedPosition = { rejectedHere: rejected !== undefined, opensList, prose };
    const policy = {
      ...this.gate.policy(settings, this.api.available(settings), isManual, gatedPosition),
      // A manual request has no latency cost.
      ...(!isManual && waitMs !== undefined && { waitMs }),
    };
    const router = this.deps.routerFor(draft);
    const scored =
      cleaned === undefined ? [] : scoreCuts(router, cutsOf(cleaned, draftPosition), position, policy.shift);
    const allCuts = draftPosition.query === query ? scored : scored.flatMap((cut) => withReplaceLength(cut, context));
    // A text that was rejected or deleted here a moment ago is not proposed again, nor is its beginning.
    const cuts = isManual
      ? allCuts
      : allCuts.filter(({ text }) => rejected === undefined || !beginsAlike(rejected, text));
    const routed = decide(router, cleaned, position, policy, cuts);
    const isTooShort =
      settings.localFirst &&
      !isManual &&
      (routed.gain / routed.pApi) * expectedCharacters(cleaned, position) <= routed.price * CHARACTERS;
    const decision =
      isTooShort && routed.route === 'api'
        ? withoutApi(
            routed,
            cuts,
            { ...policy, fallbackThreshold: sureThreshold(routed, policy, settings) },
            'the large model would write too little for a call',
          )
        : routed;
    if (!isManual) this.api.typing.recordDecision(routed.gain > routed.price && !isTooShort);
    const ngramsOnlyNote = draft?.why === undefined ? '' : ` From the ${draft.model} alone: ${draft.why}.`;
    return {
      draft: cleaned,
      decision: { ...decision, summary: decision.summary + ngramsOnlyNote },
      cuts,
      policy,
      ...(rejected !== undefined && { rejected }),
    };
  }

  /** Whether a draft that came too late for an earlier request is available. */
  hasBetterDraft(context: RequestContext): boolean {
    const draftPosition = this.draftPositionOf(context, context.settings);
    return this.deps.specialist.hasBetterDraft?.(draftPosition.query, draftOptions(draftPosition)) === true;
  }

  isDrafting(context: RequestContext): boolean {
    const draftPosition = this.draftPositionOf(context, context.settings);
    return this.deps.specialist.isDrafting?.(draftPosition.query, draftOptions(draftPosition)) === true;
  }

  /** Starts the draft for a request that is expected. */
  begin(position: CompletionPosition, settings: CompletionSettings): void {
    const { query, ...draftPosition } = this.draftPositionOf(position, settings);
    this.deps.specialist.begin?.(query, draftOptions(draftPosition));
  }

  warm(position: CompletionPosition, settings: CompletionSettings): void {
    this.deps.specialist.warm?.(this.draftPositionOf(position, settings).query);
  }

  /**
   * If the API may answer too, both models complete the text before the closing brackets, so that they can be compared.
   */
  private draftPositionOf(position: CompletionPosition, settings: CompletionSettings): CompletionPosition {
    return this.api.available(settings) ? position : withoutInsertedClosers(position);
  }

  /**
   * Caches the shown text and the remainder that was cut off.
   * @param decision the router's own, or one that shows the draft instead of the API's answer
   */
  cacheDraft(context: RequestContext, local: ScoredDraft, decision: Decision): CachedAnswer {
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
    const savesCall = decision === local.decision && this.api.available(context.settings);
    const api = savesCall ? this.deps.llm() : undefined;
    const savedUsd = api?.estimateUsd(completionPrompt(requestAt(context, []), api.facts)) ?? 0;
    const { model } = local.draft as Draft;
    const { text, over: replaceLength } = decision.shown as ScoredCut;
    return {
      text,
      ...(replaceLength && { replaceLength }),
      source: 'specialist',
      model,
      decision,
      savedUsd,
      indexRevision: context.indexRevision,
    };
  }
}

function withReplaceLength(cut: ScoredCut, context: RequestContext): ScoredCut[] {
  const replaceLength = replacedClosers(context, cut.text);
  return replaceLength === undefined ? [] : [{ ...cut, over: replaceLength }];
}
