// A request with everything about it that does not change while it is answered, and what its place alone says.
import type { CompletionQuery, Draft } from '../common/completion.ts';
import type { CompletionPlace } from '../prompts/completion/types.ts';
import type { ScoredCut } from '../routing/show.ts';
import type { Decision, PolicySettings } from '../routing/types.ts';
import type { CompletionRequest, CompletionSettings } from './types.ts';

/** Its query is at the end of the selected text, where there is one. */
export interface RequestContext extends CompletionPlace {
  readonly request: CompletionRequest;
  readonly settings: CompletionSettings;
  /** Monotonic, ms. */
  readonly startedAt: number;
  /** The specialist's, when it began. */
  readonly news: number;
  /** See CompletionRequest; not where an entry of the list is what the answer begins with. */
  readonly besideList: boolean;
  /** Nobody waits for the answer any more: the list has gone first. */
  isAside: boolean;
  /** The editor's, or a newer request's. */
  readonly signal: AbortSignal;
}

/** What the specialist said and what the coupling made of it. */
export interface ScoredDraft {
  /** Its text cleaned; undefined when nothing is left of it. */
  readonly draft: Draft | undefined;
  readonly decision: Decision;
  /** Where the draft may end, shortest first. */
  readonly cuts: readonly ScoredCut[];
  readonly policy: PolicySettings;
  /** Another local draft, which was rejected in this line a moment ago. */
  readonly rejected?: string;
}

/** A word goes on behind the cursor: whatever is inserted would run into it. */
export function goesOn({ suffix }: CompletionQuery): boolean {
  return /^[\p{L}\p{N}_]/u.test(suffix);
}
