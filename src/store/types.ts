// Rows of the SQLite store. Times are ms since 1970, money US dollars.
import type { Outcome, Source } from '../common/completion.ts';

import type { TeacherCall } from '../common/teacher-call.ts';

export type { TeacherCall as TeacherCallRow } from '../common/teacher-call.ts';

export interface CompletionRow {
  /** Made by the caller; unique. */
  readonly id: string;
  readonly at: number;
  readonly folder: string;
  readonly path: string;
  readonly languageId: string;
  readonly line: number;
  readonly source: Source;
  readonly model: string;
  readonly text: string;
  readonly latencyMs: number;
  readonly costUsd: number;
  /** What the API would have cost where the specialist answered. */
  readonly savedUsd: number;
  readonly pSpecialist: number;
  readonly pApi: number;
  /** The decision as JSON. */
  readonly decision: string;
  readonly outcome: Outcome;
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

export interface FolderRows {
  readonly teacherCalls: readonly TeacherCall[];
  readonly completions: readonly CompletionRow[];
  readonly adaptations: readonly AdaptationRow[];
}

export interface Totals {
  readonly completions: number;
  readonly local: number;
  readonly api: number;
  readonly accepted: number;
  readonly spentUsd: number;
  readonly savedUsd: number;
  readonly localP50Ms: number | undefined;
  readonly localP95Ms: number | undefined;
  readonly apiP50Ms: number | undefined;
  readonly apiP95Ms: number | undefined;
}
