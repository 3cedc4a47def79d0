// What the decision about a local draft is made on: one function for the editor, the benchmarks and the command line.
import type { CompletionQuery, Draft } from '../common/completion.ts';
import { cleanDraft, replacedClosers } from '../prompts/completion/completion-position.ts';
import { cutsOf } from '../prompts/completion/cuts.ts';
import type { CompletionPosition } from '../prompts/completion/types.ts';
import { type DecisionInput, estimatesOf } from '../routing/decide.ts';
import type { NoCall } from '../routing/decision.ts';
import { positionFactsOf } from '../routing/features.ts';
import { scoreCuts } from '../routing/fit.ts';
import { type LimitSettings, limitsAt, type RequestConditions } from '../routing/limits.ts';
import { expectedCharacters } from '../routing/priors.ts';
import type { RouterModel } from '../routing/router-model.ts';
import type { ScoredCut } from '../routing/show.ts';
import { isSentence } from '../text/prose-text.ts';

export interface DraftedRequest {
  readonly query: CompletionQuery;
  /** Where the model drafted: the query's position, or that without the closers that the editor inserted. */
  readonly draftPosition: CompletionPosition;
  /** As the model wrote it. */
  readonly draft: Draft | undefined;
  readonly router: RouterModel;
  readonly settings: LimitSettings;
  readonly conditions: Omit<RequestConditions, 'prose' | 'rejectedHere'>;
  readonly rejected?: string | undefined;
  readonly noCall?: NoCall | undefined;
}

/** The cleaned draft, undefined if nothing is left of it, and what is decided on. */
export function decisionInputOf(request: DraftedRequest): {
  readonly draft: Draft | undefined;
  readonly input: DecisionInput;
} {
  const { query, draftPosition, router, settings, conditions, rejected, noCall } = request;
  const draft = cleanDraft(request.draft, draftPosition);
  const facts = positionFactsOf(query);
  const cuts = draft === undefined ? [] : scoreCuts(router, cutsOf(draft, draftPosition), facts);
  const ngramsAlone = request.draft?.why;
  const prose = isSentence(query.languageId, query.prefix);
  const input: DecisionInput = {
    estimates: { ...estimatesOf(router, draft, facts), ...(ngramsAlone !== undefined && { ngramsAlone }) },
    cuts: draftPosition.query === query ? cuts : cuts.flatMap((cut) => withReplaceLength(cut, query)),
    limits: limitsAt(settings, { ...conditions, prose, rejectedHere: rejected !== undefined }),
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
