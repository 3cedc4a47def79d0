// A request with everything about it that does not change while it is answered, and what its place alone says.
import type { CompletionQuery, Draft, DraftOptions } from '../common/completion.ts';
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

/** Tokens of a draft: a line, or a block. */
const LINE_TOKENS = 48;
const BLOCK_TOKENS = 160;

export function draftOptions(multiline: boolean): DraftOptions {
  return { multiline, maxTokens: multiline ? BLOCK_TOKENS : LINE_TOKENS };
}

/** A word goes on behind the cursor: whatever is inserted would run into it. */
export function goesOn({ suffix }: CompletionQuery): boolean {
  return /^[\p{L}\p{N}_]/u.test(suffix);
}
