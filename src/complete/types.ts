// One completion from keystroke to answer, as the host sees it.
import type { CompletionQuery, Source } from '../common/completion.ts';
import type { Decision } from '../coupling/types.ts';

export interface CompletionRequest {
  readonly query: CompletionQuery;
  /** Typing, or the user's own key. A manual request skips the debounce and lowers the bar for showing. */
  readonly trigger: 'automatic' | 'manual';
  /** Text that VS Code's suggest widget has selected; the answer must begin with it. */
  readonly selectedText?: string;
  /** The document's indent unit, for post-processing: '\t' or n spaces. */
  readonly indentUnit: string;
}

export interface Completion {
  readonly id: string;
  /** To insert at the cursor. */
  readonly text: string;
  readonly source: Exclude<Source, 'none'>;
  readonly model: string;
  /** Estimated probability of being exactly right. */
  readonly confidence: number;
  readonly decision: Decision;
  readonly latencyMs: number;
  readonly costUsd: number;
  readonly savedUsd: number;
  /** Answered from typing-as-suggested or a cache: nothing was computed. */
  readonly cached: boolean;
}

/** What the service tells whoever listens (the host: status bar, panel, store). */
export type CompletionEvent =
  | { readonly kind: 'started'; readonly request: CompletionRequest }
  | { readonly kind: 'answered'; readonly request: CompletionRequest; readonly completion: Completion }
  | { readonly kind: 'nothing'; readonly request: CompletionRequest; readonly decision?: Decision }
  | { readonly kind: 'api-failed'; readonly code: string; readonly message: string; readonly retryAtMs?: number };
