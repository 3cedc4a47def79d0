// The data kept between sessions: rows of the SQLite store. Times are in ms since 1970, costs in US dollars.
import type { PaidCall } from '../common/paid-call.ts';

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

/** A finished step of an adaptation, by its name (`stage`): a hash of its inputs, and its output as JSON (`made`). */
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
