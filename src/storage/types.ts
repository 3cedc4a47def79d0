// The data kept between sessions: rows of the SQLite store, and its interface. Times are in ms since 1970, costs in US dollars.
import type { Ledger, PaidCall } from '../common/paid-call.ts';

export type { PaidCall as LlmCallRow } from '../common/paid-call.ts';

export interface AdaptationRow {
  readonly id: string;
  readonly folder: string;
  readonly startedAt: number;
  readonly finishedAt: number;
  /** The report and the fitted router, each as JSON. */
  readonly report: string;
  readonly router: string;
}

/** The answer of one model at a held-out position. */
export interface AnswerRow {
  readonly folder: string;
  /** SHA-256 of everything that the answer depends on: the file and the author's text there are stored only so. */
  readonly place: string;
  readonly path: string;
  readonly model: string;
  /** The draft, and its loss or null, each as JSON. */
  readonly draft: string;
  readonly loss: string;
}

/** A finished stage of an adaptation: a hash of its inputs (`signature`), and its outputs as JSON (`made`). */
export interface StageRow {
  readonly folder: string;
  readonly stage: string;
  readonly signature: string;
  readonly at: number;
  readonly made: string;
}

export interface FolderRows {
  readonly llmCalls: readonly PaidCall[];
  readonly adaptations: readonly AdaptationRow[];
  readonly answers: readonly AnswerRow[];
  readonly stages: readonly StageRow[];
}

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
  findLlmCall(requestHash: string): PaidCall | undefined;
  /** All stored rows of one folder, to show them to the user. Oldest first, but adaptations newest first. */
  rowsOf(folder: string): FolderRows;
  recordAdaptation(folder: string, run: FinishedRun): AdaptationRow;
  latestAdaptation(folder: string): AdaptationRow | undefined;
  /** Newest first. */
  adaptations(): AdaptationRow[];
  /** Deletes a folder's adaptations. Its paid answers stay. */
  deleteAdaptations(folder: string): void;
  /** Deletes everything about one folder, including its paid answers. Spending stays. */
  deleteFolderData(folder: string): void;
  /** Deletes everything, including renamed databases. Only the sum of this month's spending stays, for the limit. */
  deleteAll(): void;
  close(): void;
}
