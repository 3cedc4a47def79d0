// A request with everything about it that does not change while it is answered.
import type { CompletionQuery, Draft } from '../common/completion.ts';
import type { Decision, PolicySettings } from '../coupling/types.ts';
import type { CompletionRequest, CompletionSettings } from './types.ts';

export interface Turn {
  readonly request: CompletionRequest;
  /** At the end of the selected text, where there is one. */
  readonly query: CompletionQuery;
  readonly settings: CompletionSettings;
  readonly block: boolean;
  /** Monotonic, ms. */
  readonly startedAt: number;
  /** The editor's, or a newer request's. */
  readonly signal: AbortSignal;
}

/** What the specialist said and what the coupling made of it. */
export interface Local {
  /** Its text cleaned; undefined when nothing is left of it. */
  readonly draft: Draft | undefined;
  readonly decision: Decision;
  readonly policy: PolicySettings;
}
