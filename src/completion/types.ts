// One completion from keystroke to answer, as the host sees it, and what the service is built from.
import type { Clock } from '../common/clock.ts';
import type { AnswerSource, CompletionQuery, Draft, Specialist, Verdict } from '../common/completion.ts';
import type { ErrorCode, Failure } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import type { Masking } from '../common/masking.ts';
import type { LlmClient } from '../llm/types.ts';
import type { RouterModel } from '../routing/router-model.ts';
import type { Decision, RiskBound } from '../routing/types.ts';

export interface CompletionRequest {
  readonly query: CompletionQuery;
  /** Of the cursor in its document, 0-based: the query may begin far below the document's start, or above it. Absent: of the query's text. */
  readonly line?: number;
  /** Typing, or the user's own key. A manual request skips the debounce and lowers the bar for showing. */
  readonly trigger: 'automatic' | 'manual';
  /**
   * Text that VS Code's suggest widget would insert at the cursor (without what is typed of it already); the answer
   * must begin with it.
   */
  readonly selectedText?: string;
  /**
   * The editor's own list opens here unless ghost text is in its way, and waits for us. What is shown without an entry of it has to be
   * worth the list, and comes soon; what comes later is for the next pause.
   */
  readonly besideList?: boolean;
  /** The document's indent unit, for post-processing: '\t' or n spaces. */
  readonly indentUnit: string;
}

export interface Completion {
  readonly id: string;
  /** To insert at the cursor. */
  readonly text: string;
  /** UTF-16 units behind the cursor that it takes the place of: closers that the editor has put there, and that it writes itself. Absent: none. */
  readonly over?: number;
  readonly source: Exclude<AnswerSource, 'none'>;
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
  /** A model is about to be asked. Not sent for what a cache answers. */
  | { readonly kind: 'started'; readonly request: CompletionRequest }
  /** Once per shown suggestion: not sent again while the user types along it. */
  | { readonly kind: 'answered'; readonly request: CompletionRequest; readonly completion: Completion }
  | { readonly kind: 'nothing'; readonly request: CompletionRequest; readonly decision?: Decision }
  /** An API answer that was paid for and not shown: its request was overtaken and it waits in the cache, or it was ended. Every
   * paid answer is told of once: here, or as the `costUsd` of the completion that shows it first. */
  | { readonly kind: 'paid-unshown'; readonly path: string; readonly model: string; readonly costUsd: number }
  /** Once per kind of failure until a call succeeds again. */
  | { readonly kind: 'api-failed'; readonly code: ErrorCode; readonly message: string; readonly retryAtMs?: number }
  /** A call succeeded after an 'api-failed'. */
  | { readonly kind: 'api-recovered' }
  /**
   * What became of an answered suggestion, and how many characters (UTF-16 units) of it a key has written so far. 'partly-accepted' comes with each
   * word or line that is taken, and can be followed by 'accepted'; so can 'typed', where the editor tells of the key afterwards.
   */
  | { readonly kind: 'outcome'; readonly id: string; readonly outcome: Verdict; readonly taken: number };

/** Read anew for every request, so that a changed setting needs no restart. */
export interface CompletionSettings {
  /** See PolicySettings. */
  readonly balance: number;
  readonly showBar: number;
  readonly fallbackBar: number;
  readonly risk?: RiskBound;
  /** Allow blocks where syntax calls for one. */
  readonly multiline: boolean;
  /** This document's text may go to the API: consent, not local-only, not an ignored file, within budget. */
  readonly apiAllowed: boolean;
  /** Limits of the debounce before an API call, ms. */
  readonly apiDebounceMinMs: number;
  readonly apiDebounceMaxMs: number;
  /** Prefetch after an accept may call the API, too; else it is local. */
  readonly prefetchFromApi: boolean;
}

/** Keeps calls away from an API that is failing; `Backoff` of src/llm is one. */
export interface ApiBackoff {
  /** Wall clock, ms; undefined: calls may be made. Infinity: not before something is changed (a bad key). */
  readonly retryAtMs: number | undefined;
  failed(failure: Failure): void;
  succeeded(): void;
}

export interface CompletionDeps {
  readonly specialist: Specialist;
  /** Undefined while no API is configured. */
  readonly llm: () => LlmClient | undefined;
  /** The coupling's fit for a draft: each kind of model is judged by what was fitted on its own drafts. */
  readonly fit: (draft: Draft | undefined) => RouterModel;
  readonly settings: (query: CompletionQuery) => CompletionSettings;
  readonly clock: Clock;
  /** With all that is known of the folder: what it returns may leave the machine. */
  readonly mask: Masking;
  readonly backoff: ApiBackoff;
  readonly onEvent: (event: CompletionEvent) => void;
  /** A place that was left to the editor's list has its answer now, for who still stands there. */
  readonly onReady?: () => void;
  readonly log: Log;
}
