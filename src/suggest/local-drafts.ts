// Suggestions of the local models: drafted, cleaned, cut, estimated and decided.
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
import { type Conditions, decide, type Estimated } from '../routing/decide.ts';
import { savesCall } from '../routing/decision.ts';
import { expectedCharacters, positionFactsOf } from '../routing/features.ts';
import { score, scoreCuts } from '../routing/fit.ts';
import { limitsAt } from '../routing/limits.ts';
import type { NoCall } from '../routing/reasons.ts';
import type { RouterModel } from '../routing/router-model.ts';
import type { ScoredCut } from '../routing/show.ts';
import { lineAfter } from '../text/lines.ts';
import type { ApiCalls } from './api-calls.ts';
import { type CompletionDeps, type CompletionSettings, type Cursor, decided, type Suggestion } from './suggestion.ts';
import type { VerdictMemory } from './verdict-memory.ts';

/** A call waits for a better local draft until this long after the request, ms. */
const BETTER_DRAFT_WAIT_MS = 600;
/**
 * It does not wait where the n-grams alone are less sure than this. Of 200 pauses in thirteen held-out packages where they
 * alone would call, the base 'medium' made the call unnecessary at 0.16 below this limit, and at 0.45 above it.
 */
const HOPELESS = 0.15;
/** Interval at which it checks for that draft, ms. */
const POLL_MS = 25;

export class LocalDrafts {
  private readonly deps: CompletionDeps;
  private readonly verdicts: VerdictMemory;
  private readonly api: ApiCalls;
  /** Path → the same redacted: each key asks at once and again. */
  private readonly redactedPaths = new Map<string, string>();

  constructor(deps: CompletionDeps, verdicts: VerdictMemory, api: ApiCalls) {
    this.deps = deps;
    this.verdicts = verdicts;
    this.api = api;
  }

  /**
   * The local models' suggestion, decided. Rejects when the request ends; a failing specialist counts as no draft.
   * @param noCall why the large model is not asked, if that is known
   */
  async decidedDraft(cursor: Cursor, noCall?: NoCall): Promise<Suggestion> {
    const { query, settings, indexRevision } = cursor;
    const draftPosition = this.draftPositionOf(cursor, settings);
    const written = await this.drafted(draftPosition, cursor);
    const { draft, ...estimated } = estimatedAt({
      query,
      draftPosition,
      draft: written,
      router: this.deps.routerFor(written),
      replaced: cursor.replaced,
    });
    const conditions = this.conditionsAt(cursor, noCall ?? noCallAt(cursor, this.api.available(settings)));
    const decision = decide(estimated, conditions);
    const origin = { id: '', source: 'specialist', model: draft?.model ?? '', draft, indexRevision } as const;
    const savedUsd = savesCall(decision) ? this.priceOfCall(cursor) : 0;
    return decided({ ...origin, ...estimated, latencyMs: 0, costUsd: 0, savedUsd, cached: false }, decision);
  }

  /** The same draft, decided again after a call came to nothing. */
  withoutCall(cursor: Cursor, local: Suggestion, noCall: NoCall): Suggestion {
    return decided({ ...local, savedUsd: 0 }, decide(local, this.conditionsAt(cursor, noCall)));
  }

  /** The conditions of a decision here and now. */
  conditionsAt(
    { query, settings, isManual, opensList }: Cursor,
    noCall: NoCall | undefined,
    { isAnswer, rejected, goesOn }: Kind = this.freshAt(query),
  ): Conditions {
    const { doubt } = this.verdicts;
    const limits = limitsAt(settings, {
      isManual,
      opensList,
      query,
      isAnswer,
      rejectedHere: rejected !== undefined,
      doubt,
      waitMs: this.api.waitMs,
    });
    return { limits, rejected, noCall, goesOn };
  }

  /** Whether a draft that came too late for an earlier request is available. */
  hasBetterDraft(cursor: Cursor): boolean {
    const { query, ...position } = this.knownPositionOf(cursor);
    return this.deps.specialist.hasBetterDraft?.(query, draftOptions(position)) === true;
  }

  /** The specialist's index revision for the query's file; 0 before the file's first draft. */
  indexRevisionAt(query: CompletionQuery): number {
    if (!this.redactedPaths.has(query.path)) return 0;
    return this.deps.specialist.indexRevisionFor?.(this.withKnownName(query)) ?? 0;
  }

  /** The debounce before a call; longer while a better draft is in progress that may make the call unnecessary. */
  async pause(cursor: Cursor, { estimates }: Suggestion): Promise<void> {
    await this.api.pause(cursor);
    const { clock, specialist } = this.deps;
    if (estimates.pSpecialist < HOPELESS) return;
    const { query, ...position } = this.knownPositionOf(cursor);
    const isDrafting = () => specialist.isDrafting?.(query, draftOptions(position)) === true;
    while (clock.monotonic() - cursor.startedAt < BETTER_DRAFT_WAIT_MS && isDrafting())
      await clock.sleep(POLL_MS, cursor.signal);
  }

  /** Starts the draft for a request that is expected. */
  begin(cursor: Cursor): void {
    const { query, ...draftPosition } = this.draftPositionOf(cursor, cursor.settings);
    this.ahead(query, (named) => this.deps.specialist.begin?.(named, draftOptions(draftPosition)));
  }

  warm(position: CompletionPosition, settings: CompletionSettings): void {
    this.ahead(this.draftPositionOf(position, settings).query, (named) => this.deps.specialist.warm?.(named));
  }

  /** Nothing is begun for a path that cannot be redacted; the request itself reports the error. */
  private ahead(query: CompletionQuery, run: (named: CompletionQuery) => void): void {
    void this.named(query).then(run, () => {});
  }

  /**
   * The index names a file by its redacted path: under another name, its own indexed text would count as another
   * file's.
   */
  private async named(query: CompletionQuery): Promise<CompletionQuery> {
    const redacted = await this.deps.redact.path(query.path);
    this.redactedPaths.set(query.path, redacted);
    return { ...query, path: redacted };
  }

  /** For what is asked without a wait, after the same path was redacted. */
  private withKnownName(query: CompletionQuery): CompletionQuery {
    return { ...query, path: this.redactedPaths.get(query.path) ?? query.path };
  }

  private freshAt(query: CompletionQuery): Kind {
    return { isAnswer: false, rejected: this.verdicts.rejectedAt(query), goesOn: undefined };
  }

  private async drafted(position: CompletionPosition, { query, signal }: Cursor): Promise<Draft | undefined> {
    try {
      const named = await this.named(position.query);
      const draft = await this.deps.specialist.complete(named, draftOptions(position), signal);
      signal.throwIfAborted();
      if (draft?.unparsed !== undefined) this.deps.onUnparsed?.(query.path, draft.unparsed);
      return draft;
    } catch (error) {
      signal.throwIfAborted();
      this.deps.log.error('The specialist failed.', error);
      return undefined;
    }
  }

  /**
   * Closing brackets that the editor inserted are cut off, so that the model writes the line as an author would. If the
   * large model may answer, too, they stay: both complete the same text, so that they can be compared.
   */
  private draftPositionOf(position: CompletionPosition, settings: CompletionSettings): CompletionPosition {
    return this.api.available(settings) ? position : withoutInsertedClosers(position);
  }

  private knownPositionOf(cursor: Cursor): CompletionPosition {
    const position = this.draftPositionOf(cursor, cursor.settings);
    return { ...position, query: this.withKnownName(position.query) };
  }

  private priceOfCall(cursor: Cursor): number {
    const llm = this.deps.llm();
    return llm?.estimateUsd(completionPrompt(requestAt(cursor, [], []), llm.facts)) ?? 0;
  }
}

/** What a decision must know of the text itself: see Conditions. */
interface Kind extends Pick<Conditions, 'rejected' | 'goesOn'> {
  readonly isAnswer: boolean;
}

/** Where a word was replaced in the middle of a line, an answer of the large model would not be shown. */
function noCallAt({ query, replaced }: Cursor, isAvailable: boolean): NoCall | undefined {
  if (!isAvailable) return 'there is no large model';
  return replaced !== undefined && isMidLine(lineAfter(query.suffix)) ? 'a word was replaced in the line' : undefined;
}

interface DraftedRequest {
  readonly query: CompletionQuery;
  /** Where the model drafted: the query's position, or that without the closers that the editor inserted. */
  readonly draftPosition: CompletionPosition;
  /** As the model wrote it. */
  readonly draft: Draft | undefined;
  readonly router: RouterModel;
  /** See CompletionRequest. */
  readonly replaced: string | undefined;
}

/** The cleaned draft, undefined if nothing is left of it, with its cuts and estimates. */
export function estimatedAt(request: DraftedRequest): Estimated & { readonly draft: Draft | undefined } {
  const { query, draftPosition, router, replaced } = request;
  const draft = cleanDraft(request.draft, draftPosition);
  const facts = positionFactsOf(query);
  const beginnings = draft === undefined ? [] : cutsOf(draft, draftPosition);
  const allowed = beginnings.filter(({ text }) => continuesReplacement(text, query, replaced));
  const cuts = scoreCuts(router, allowed, facts);
  // Why the engine did not answer.
  const ngramsAlone = request.draft?.why;
  return {
    draft,
    estimates: { ...score(router, draft, facts), ...(ngramsAlone !== undefined && { ngramsAlone }) },
    cuts: draftPosition.query === query ? cuts : cuts.flatMap((cut) => withReplaceLength(cut, query)),
    expectedCharacters: expectedCharacters(draft, facts),
  };
}

function withReplaceLength(cut: ScoredCut, query: CompletionQuery): ScoredCut[] {
  const replaceLength = replacedClosers({ query }, cut.text);
  return replaceLength === undefined ? [] : [{ ...cut, over: replaceLength }];
}
