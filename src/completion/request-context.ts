// The context of a completion request, and the scored draft for it.
import type { CompletionQuery, Draft } from '../common/completion.ts';
import type { CompletionPosition } from '../prompts/completion/types.ts';
import type { ScoredCut } from '../routing/show.ts';
import type { Decision, PolicySettings } from '../routing/types.ts';
import type { CompletionRequest, CompletionSettings } from './types.ts';

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
  /** Where the draft may end, shortest first. */
  readonly cuts: readonly ScoredCut[];
  readonly policy: PolicySettings;
  /** Another local draft that was recently rejected in this line. */
  readonly rejected?: string;
}

/** Whether a word continues after the cursor: an insertion would run into it. */
export function continuesWord({ suffix }: CompletionQuery): boolean {
  return /^[\p{L}\p{N}_]/u.test(suffix);
}
