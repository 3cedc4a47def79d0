// What is remembered between sessions, as the rest of the code sees it; SQLite on disk, or memory where that fails.
import type { Outcome } from '../common/completion.ts';
import type { Ledger } from '../common/paid-call.ts';
import type { AdaptationRow, CompletionRow, FolderRows, TeacherCallRow, Totals } from './types.ts';

/** Completions kept; older ones are dropped. Paid answers are never dropped: they are what the user paid for. */
export const keptCompletions = 20_000;

/** A finished adaptation run; `report` and `coupling` are stored as JSON. */
export interface FinishedRun {
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly report: unknown;
  readonly coupling: unknown;
}

/**
 * All calls are synchronous and take well under a millisecond but those that are about money, which wait for the disk.
 * Callers pass masked text only (`workspace/secrets/mask.ts`): the store never looks into it.
 */
export interface Store extends Ledger {
  /** The database file; undefined: kept in memory and lost at the end of the session. */
  readonly location: string | undefined;
  /** What is paid for can be kept; where it could not, this looks now and then whether it can again. */
  canKeep(): boolean;
  /** The newest paid answer to the same question. */
  findTeacherCall(requestHash: string): TeacherCallRow | undefined;
  /** A second record of the same id replaces the first. */
  recordCompletion(row: CompletionRow): void;
  /** Does nothing for an id that is not there (any more). */
  setOutcome(id: string, outcome: Outcome, taken: number): void;
  /** Everything about one folder, oldest first, adaptations newest first: for showing what is kept. */
  rowsOf(folder: string): FolderRows;
  /** Of all time: over completions, dropped ones too, and paid answers, labelling included. */
  totals(): Totals;
  recordAdaptation(folder: string, run: FinishedRun): AdaptationRow;
  latestAdaptation(folder: string): AdaptationRow | undefined;
  /** Newest first. */
  adaptations(): AdaptationRow[];
  /** Forgets a folder's adaptations; its completions and paid answers stay. */
  deleteAdaptations(folder: string): void;
  /** Forgets everything about one folder, its paid answers included; that money was spent stays known, as do sums of what was dropped. */
  deleteFolderData(folder: string): void;
  /** Forgets everything, databases that were set aside included; of this month's spending the sum stays, for the limit. */
  deleteAll(): void;
  close(): void;
}
