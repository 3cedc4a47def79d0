// Interface of the data kept between sessions: SQLite on disk, or in memory if the disk fails.
import type { Outcome } from '../common/completion.ts';
import type { Ledger } from '../common/paid-call.ts';
import type { AdaptationRow, CompletionRow, FolderRows, LlmCallRow, Totals } from './types.ts';

/** Number of completions kept; older ones are dropped. Paid answers are never dropped. */
export const keptCompletions = 20_000;

/** A finished adaptation run; `report` and `router` are stored as JSON. */
export interface FinishedRun {
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly report: unknown;
  readonly router: unknown;
}

/**
 * All calls are synchronous. They take well under a millisecond, except those about money, which wait for the disk.
 * Callers must pass only redacted text (`workspace/secrets/redact.ts`), because the store does not check it.
 */
export interface Store extends Ledger {
  /** The database file. Undefined if the data is in memory and lost at the end of the session. */
  readonly location: string | undefined;
  /** Whether paid answers can be stored on disk. After a failure, it tries the disk again from time to time. */
  canKeep(): boolean;
  /** The newest paid answer to the same request. */
  findLlmCall(requestHash: string): LlmCallRow | undefined;
  /** A row with the same id is replaced. */
  recordCompletion(row: CompletionRow): void;
  /** Does nothing if no row has this id. */
  setOutcome(id: string, outcome: Outcome, taken: number): void;
  /** All stored rows of one folder, to show them to the user. Oldest first, but adaptations newest first. */
  rowsOf(folder: string): FolderRows;
  /** Totals over all completions, including dropped ones, and all paid answers: labelling, and calls being made. */
  totals(): Totals;
  recordAdaptation(folder: string, run: FinishedRun): AdaptationRow;
  latestAdaptation(folder: string): AdaptationRow | undefined;
  /** Newest first. */
  adaptations(): AdaptationRow[];
  /** Deletes a folder's adaptations. Its completions and paid answers stay. */
  deleteAdaptations(folder: string): void;
  /** Deletes everything about one folder, including its paid answers. Spending and sums of dropped rows stay. */
  deleteFolderData(folder: string): void;
  /** Deletes everything, including renamed databases. Only the sum of this month's spending stays, for the limit. */
  deleteAll(): void;
  close(): void;
}
