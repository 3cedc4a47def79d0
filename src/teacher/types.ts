// The large model behind an API, as the rest of the code sees it.
import type { CompletionQuery, Snippet } from '../common/completion.ts';
import type { Result } from '../common/errors.ts';

export interface TeacherRequest {
  readonly query: CompletionQuery;
  readonly snippets: readonly Snippet[];
  /** The specialist's draft as a hint; absent when it has none worth showing (Data Shunt, arXiv 2406.15471). */
  readonly hint?: string;
  readonly multiline: boolean;
}

export interface TeacherUsage {
  readonly inputTokens: number;
  readonly cacheWriteTokens: number;
  readonly cacheReadTokens: number;
  readonly outputTokens: number;
}

export interface TeacherAnswer {
  /** The inserted text alone: no fences, no repeated prefix or suffix. */
  readonly text: string;
  readonly model: string;
  readonly usage: TeacherUsage;
  readonly costUsd: number;
  readonly latencyMs: number;
  readonly firstTokenMs: number;
  /** Cut short by its length limit. */
  readonly truncated: boolean;
}

export interface Teacher {
  readonly model: string;
  /**
   * One completion. `onText` gets the text so far as it streams. Cancellation rejects with the signal's reason;
   * every other failure is a value. What was paid for is in `answer` even when the caller no longer wants it.
   */
  complete(
    request: TeacherRequest,
    signal: AbortSignal,
    onText?: (textSoFar: string) => void,
  ): Promise<Result<TeacherAnswer>>;
  /** What `complete` would cost, from token estimates and the price table, US dollars. */
  estimateUsd(request: TeacherRequest): number;
}

/** How to reach the API. Plain data: it crosses to a worker thread. Never logged, never stored. */
export interface TeacherSettings {
  readonly apiKey: string;
  /** Absent: the SDK's own default. */
  readonly baseUrl?: string;
  readonly model: string;
  /** For one whole answer, ms. */
  readonly timeoutMs: number;
}
