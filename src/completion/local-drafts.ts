// Local drafts: asks the specialist, scores the draft with the router, and caches what is shown and what was cut off.
import type { CompletionPosition, CompletionQuery, Draft } from '../common/completion.ts';
import { isMidLine } from '../prompts/completion/artefacts.ts';
import {
  cleanDraft,
  continuesReplacement,
  draftOptions,
  replacedClosers,
  withoutInsertedClosers,
} from '../prompts/completion/completion-position.ts';
import { completionPrompt } from '../prompts/completion/completion-prompt.ts';
import { cutsOf } from '../prompts/completion/cuts.ts';
import { requestAt } from '../prompts/completion/llm-request.ts';
import { type DecisionInput, decide } from '../routing/decide.ts';
import { type Decision, type NoCall, savesCall, shownCut } from '../routing/decision.ts';
import { expectedCharacters, positionFactsOf } from '../routing/features.ts';
import { score, scoreCuts } from '../routing/fit.ts';
import { type LimitSettings, limitsAt, type RequestConditions } from '../routing/limits.ts';
import type { RouterModel } from '../routing/router-model.ts';
import { bestCut, restOf, type ScoredCut, type ShowLimits } from '../routing/show.ts';
import { beginsAlike } from '../text/edits.ts';
import { lineAfter } from '../text/lines.ts';
import { isSentence } from '../text/prose-text.ts';
import { type CachedAnswer, type CacheHit, type CompletionCache, insertedAt } from './answer-cache.ts';
import type { ApiCalls } from './api-calls.ts';
import type { CompletionDeps, CompletionSettings, RequestContext, ScoredDraft } from './types.ts';
import type { VerdictMemory } from './verdict-memory.ts';

/** A call waits for a better local draft until this long after the request, ms. */
const BETTER_DRAFT_WAIT_MS = 600;
/**
 * It does not wait where the n-grams alone are less sure than this. Of 200 pauses in thirteen held-out packages at which
 * they alone would call, medium's draft made the call unnecessary at 0.16 of those, and at 0.45 of the others.
 */
const HOPELESS = 0.15;
/** Interval at which it checks for that draft, ms. */
const POLL_MS = 25;

export class LocalDrafts {
  private readonly deps: CompletionDeps;
  private readonly verdicts: VerdictMemory;
  private readonly api: ApiCalls;
  private readonly cache: CompletionCache;

  constructor(deps: CompletionDeps, verdicts: VerdictMemory, api: ApiCalls, cache: CompletionCache) {
    this.deps = deps;
    this.verdicts = verdicts;
    this.api = api;
    this.cache = cache;
  }

  /** Rejects when the request ends. A failing specialist counts as no draft. */
  async ask(context: RequestContext): Promise<ScoredDraft> {
    const { query, request, settings, opensList, signal } = context;
    const draftPosition = this.draftPositionOf(context, settings);
    let uncleaned: Draft | undefined;
    try {
      uncleaned = await this.deps.specialist.complete(draftPosition.query, draftOptions(draftPosition), signal);
      if (uncleaned?.unparsed !== undefined) this.deps.onUnparsed?.(query.path, uncleaned.unparsed);
    } catch (error) {
      if (signal.aborted) throw error;
      this.deps.log.error('The specialist failed.', error);
    }
    const { doubt } = this.verdicts;
    const isManual = request.trigger === 'manual';
    const { replaced } = context;
    const { draft, input } = decisionInputOf({
      query,
      draftPosition,
      draft: uncleaned,
      router: this.deps.routerFor(uncleaned),
      settings,
      conditions: { isManual, opensList, doubt, waitMs: this.api.waitMs },
      rejected: this.verdicts.rejectedAt(query),
      replaced,
      noCall: noCallAt(query, replaced, this.api.available(settings)),
    });
    return { draft, decision: decide(input), input };
  }

  /** Whether a draft that came too late for an earlier request is available. */
  hasBetterDraft(context: RequestContext): boolean {
    const draftPosition = this.draftPositionOf(context, context.settings);
    return this.deps.specialist.hasBetterDraft?.(draftPosition.query, draftOptions(draftPosition)) === true;
  }

  private isDrafting(context: RequestContext): boolean {
    const draftPosition = this.draftPositionOf(context, context.settings);
    return this.deps.specialist.isDrafting?.(draftPosition.query, draftOptions(draftPosition)) === true;
  }

  /**
   * Whether a cached local answer is outdated: it was accepted and deleted again, a better draft has arrived, or another
   * file has changed. A visible answer is never replaced.
   */
  isOutdated(context: RequestContext, { answer, rest }: CacheHit, visible: CachedAnswer | undefined): boolean {
    if (answer.source !== 'specialist') return false;
    const isManual = context.request.trigger === 'manual';
    const deleted = isManual ? undefined : this.verdicts.deletedAt(context.query);
    if (deleted !== undefined && beginsAlike(deleted, rest)) return true;
    if (visible === answer && !isManual) return false;
    const isOld = (answer.indexRevision ?? 0) < context.indexRevision;
    return isOld || (rest === answer.text && this.hasBetterDraft(context));
  }

  /** The debounce before a call; longer while a better draft is in progress that may make the call unnecessary. */
  async pause(context: RequestContext, { decision }: ScoredDraft): Promise<void> {
    await this.api.pause(context);
    const { clock } = this.deps;
    if (decision.pSpecialist < HOPELESS) return;
    while (clock.monotonic() - context.startedAt < BETTER_DRAFT_WAIT_MS && this.isDrafting(context))
      await clock.sleep(POLL_MS, context.signal);
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
    const { doubt } = this.verdicts;
    // The remainder is shown by an automatic request, even after a manual one. An accepted text opens no list.
    const conditions = { isManual: false, opensList: false, rejectedHere: false, doubt, waitMs: this.api.waitMs };
    const limitsOf = (at: CompletionQuery) => limitsAt(context.settings, { ...conditions, prose: isProseAt(at) });
    const answer = this.answerOf(context, local, decision);
    for (const placed of withRemainders(context.query, answer, local.input.cuts, limitsOf))
      this.cache.put(placed.query, placed.answer);
    return answer;
  }

  private answerOf(context: RequestContext, local: ScoredDraft, decision: Decision): CachedAnswer {
    const api = savesCall(decision) ? this.deps.llm() : undefined;
    const savedUsd = api?.estimateUsd(completionPrompt(requestAt(context, [], []), api.facts)) ?? 0;
    const { model } = local.draft as Draft;
    const { text, over: replaceLength } = shownCut(decision) as ScoredCut;
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

/**
 * The answer and its remainders, each at the end of the one before. Their probability assumes that all before them were
 * right.
 * @param cuts of the draft, shortest first
 * @param limitsOf the limits of an automatic request at a position
 */
export function withRemainders(
  query: CompletionQuery,
  answer: CachedAnswer,
  cuts: readonly ScoredCut[],
  limitsOf: (at: CompletionQuery) => ShowLimits,
): { readonly query: CompletionQuery; readonly answer: CachedAnswer }[] {
  const shown = shownCut(answer.decision);
  const entry = { query, answer };
  if (shown === undefined) return [entry];
  const end = insertedAt(query, { text: shown.text, replaceLength: shown.over ?? 0 });
  const remainingCuts = restOf(cuts, shown);
  const remainder = bestCut(remainingCuts, limitsOf(end));
  if (remainder === undefined) return [entry];
  const { text, over: replaceLength = 0 } = remainder;
  const reason = 'the rest of an earlier draft';
  const decision: Decision = { ...answer.decision, kind: 'show', cut: remainder, reason };
  return [entry, ...withRemainders(end, { ...answer, text, replaceLength, decision }, remainingCuts, limitsOf)];
}

function isProseAt({ languageId, prefix }: CompletionQuery): boolean {
  return isSentence(languageId, prefix);
}

/** Where a word was replaced in the middle of a line, an answer of the large model would not be shown. */
function noCallAt({ suffix }: CompletionQuery, replaced: string | undefined, isAvailable: boolean): NoCall | undefined {
  if (!isAvailable) return 'there is no large model';
  return replaced !== undefined && isMidLine(lineAfter(suffix)) ? 'a word was replaced in the line' : undefined;
}

interface DraftedRequest {
  readonly query: CompletionQuery;
  /** Where the model drafted: the query's position, or that without the closers that the editor inserted. */
  readonly draftPosition: CompletionPosition;
  /** As the model wrote it. */
  readonly draft: Draft | undefined;
  readonly router: RouterModel;
  readonly settings: LimitSettings;
  readonly conditions: Omit<RequestConditions, 'prose' | 'rejectedHere'>;
  readonly rejected?: string | undefined;
  /** See CompletionRequest. */
  readonly replaced: string | undefined;
  readonly noCall: NoCall | undefined;
}

/** The cleaned draft, undefined if nothing is left of it, and what is decided on. */
export function decisionInputOf(request: DraftedRequest): {
  readonly draft: Draft | undefined;
  readonly input: DecisionInput;
} {
  const { query, draftPosition, router, settings, conditions, rejected, replaced, noCall } = request;
  const draft = cleanDraft(request.draft, draftPosition);
  const facts = positionFactsOf(query);
  const beginnings = draft === undefined ? [] : cutsOf(draft, draftPosition);
  const allowed = beginnings.filter(({ text }) => continuesReplacement(text, query, replaced));
  const cuts = scoreCuts(router, allowed, facts);
  const ngramsAlone = request.draft?.why;
  const input: DecisionInput = {
    estimates: { ...score(router, draft, facts), ...(ngramsAlone !== undefined && { ngramsAlone }) },
    cuts: draftPosition.query === query ? cuts : cuts.flatMap((cut) => withReplaceLength(cut, query)),
    limits: limitsAt(settings, { ...conditions, prose: isProseAt(query), rejectedHere: rejected !== undefined }),
    expectedCharacters: expectedCharacters(draft, facts),
    ...(rejected !== undefined && { rejected }),
    ...(noCall !== undefined && { noCall }),
  };
  return { draft, input };
}

function withReplaceLength(cut: ScoredCut, query: CompletionQuery): ScoredCut[] {
  const replaceLength = replacedClosers({ query }, cut.text);
  return replaceLength === undefined ? [] : [{ ...cut, over: replaceLength }];
}
