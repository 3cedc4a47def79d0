// Rows of the SQLite store. Times are ms since 1970, money US dollars.
import type { AnswerSource, Outcome } from '../common/completion.ts';

import type { PaidCall } from '../common/paid-call.ts';

export type { PaidCall as TeacherCallRow } from '../common/paid-call.ts';

export interface CompletionRow {
  /** Made by the caller; unique. */
  readonly id: string;
  readonly at: number;
  readonly folder: string;
  readonly path: string;
  readonly languageId: string;
  readonly line: number;
  readonly source: AnswerSource;
  readonly model: string;
  readonly text: string;
  readonly latencyMs: number;
  /** 1: no model was asked; null: nobody knows, of rows of earlier versions. */
  readonly cached: 0 | 1 | null;
  readonly costUsd: number;
  /** What the API would have cost where the specialist answered. */
  readonly savedUsd: number;
  readonly pSpecialist: number;
  readonly pApi: number;
  /** The decision as JSON. */
  readonly decision: string;
  readonly outcome: Outcome;
  /** Characters of it (UTF-16 units) that a key has written. */
  readonly taken: number;
}

export interface AdaptationRow {
  readonly id: string;
  readonly folder: string;
  readonly startedAt: number;
  readonly finishedAt: number;
  /** The report and the coupling's fit as JSON. */
  readonly report: string;
  readonly coupling: string;
}

/** A held-out place: where models were asked, and what is known of the file without its text. */
export interface PlaceRow {
  readonly folder: string;
  /** SHA-256 of all that a model's answer there goes by. */
  readonly place: string;
  readonly path: string;
  /** SHA-256 of the file's masked text. */
  readonly file: string;
  /** UTF-16. */
  readonly offset: number;
  /** SHA-256 of what the author wrote there, masked. */
  readonly truth: string;
  readonly split: string;
}

/** What one model, by its identity, wrote at a place. */
export interface AnswerRow {
  readonly folder: string;
  readonly place: string;
  readonly model: string;
  /** The draft, and its loss or null, as JSON. */
  readonly draft: string;
  readonly loss: string;
}

/** A stage of an adaptation that is finished: of what (a hash of all that it read), and what it made, as JSON. */
export interface StageRow {
  readonly folder: string;
  readonly stage: string;
  readonly signature: string;
  readonly at: number;
  readonly made: string;
}

export interface FolderRows {
  readonly teacherCalls: readonly PaidCall[];
  readonly completions: readonly CompletionRow[];
  readonly adaptations: readonly AdaptationRow[];
  readonly places: readonly PlaceRow[];
  readonly answers: readonly AnswerRow[];
  readonly stages: readonly StageRow[];
}

export interface Totals {
  readonly completions: number;
  readonly local: number;
  readonly api: number;
  /** Taken with a key, whole or in part; typed by hand as shown; and characters that keys wrote. */
  readonly accepted: number;
  readonly typed: number;
  readonly characters: number;
  readonly spentUsd: number;
  readonly savedUsd: number;
  /** Of the completions kept that are known to be no cache's: one that took no time of a model's would flatter. */
  readonly localP50Ms: number | undefined;
  readonly apiP50Ms: number | undefined;
}
