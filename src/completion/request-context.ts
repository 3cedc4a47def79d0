// The context of a completion request, and the scored draft for it.
import type { CompletionQuery, Draft } from '../common/completion.ts';
import { positionAt } from '../prompts/completion/completion-position.ts';
import type { CompletionPosition } from '../prompts/completion/types.ts';
import type { DecisionInput } from '../routing/decide.ts';
import type { Decision } from '../routing/decision.ts';
import type { CompletionDeps, CompletionRequest, CompletionSettings } from './types.ts';

/** If an entry of the editor's suggestion list is selected, the query includes its text. */
export interface RequestContext extends CompletionPosition {
  readonly request: CompletionRequest;
  readonly settings: CompletionSettings;
  /** Monotonic, ms. */
  readonly startedAt: number;
  /** The specialist's index revision at the start of the request. */
  readonly indexRevision: number;
  /** The editor's list opens here if no ghost text is shown: see CompletionRequest. False if an entry is selected. */
  readonly opensList: boolean;
  /** The list opened before the answer came, so the answer is only cached. */
  listIsOpen: boolean;
  /** Aborted by the editor or a newer request. */
  readonly signal: AbortSignal;
}

/** The specialist's draft and the router's decision. */
export interface ScoredDraft {
  /** After post-processing; undefined if nothing is left. */
  readonly draft: Draft | undefined;
  readonly decision: Decision;
  /** What was decided on; with another `noCall` it decides again after a call came to nothing. */
  readonly input: DecisionInput;
}

/** @param query of the request, with the selected entry of the list */
export function contextOf(
  { settings: settingsAt, clock, specialist }: Pick<CompletionDeps, 'settings' | 'clock' | 'specialist'>,
  request: CompletionRequest,
  query: CompletionQuery,
  signal: AbortSignal,
): RequestContext {
  const settings = settingsAt(request.query);
  const position = positionAt(query, request.indentUnit, settings.multiline);
  const { trigger, selectedText = '' } = request;
  const opensList = request.opensList === true && trigger === 'automatic' && selectedText === '';
  const indexRevision = specialist.indexRevisionFor?.(query) ?? 0;
  const startedAt = clock.monotonic();
  return { ...position, request, settings, startedAt, indexRevision, opensList, listIsOpen: false, signal };
}

/** Whether a word continues after the cursor: an insertion would run into it. */
export function continuesWord({ suffix }: CompletionQuery): boolean {
  return /^[\p{L}\p{N}_]/u.test(suffix);
}
