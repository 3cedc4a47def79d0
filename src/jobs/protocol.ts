// What a job's process and its owner say to each other: structured clones over the channel that it was forked with.

import type { ExchangeRequest, Exported, Imported, Provenance } from '../adaptation/exchange/export-import.ts';
import type { ExportedFiles, OwnExport } from '../adaptation/exchange/export-own.ts';
import type { KeptRequest } from '../adaptation/kept/kept-rows.ts';
import type { KeptSummary } from '../adaptation/report/kept.ts';
import type { AdaptOutcome, AdaptRequest, ApiEstimate, Spending } from '../adaptation/types.ts';
import type { Result } from '../common/errors.ts';
import type { LogLevel } from '../common/log.ts';
import type { ProgressUpdate } from '../common/progress.ts';
import type { EngineOptions } from '../specialist/engine/client.ts';
import type { TaskReport } from '../text-tasks/task-report.ts';
import type { CommitJobRequest, CommitMessage } from './commit-message.ts';
import type { DocRequest, WrittenComment } from './doc-comment.ts';
import type { CarriedRequest } from './exchange.ts';
import type { FoundModel, ImportedBase, ModelImportRequest } from './own-bases.ts';
import type { RelayAsked, RelaySaid } from './relay.ts';
import type { PreviewRow, TextPreviewRequest, TextTaskRequest } from './text-task.ts';

/** What a process of its own can be started for, one row each. */
export interface Jobs {
  adapt: { request: RunRequest; result: AdaptOutcome };
  /** Reads the folder for its secrets alone. */
  secrets: { request: Pick<AdaptRequest, 'root' | 'harvest'>; result: readonly string[] };
  /** What is kept of the folder and sent, for showing. */
  kept: { request: KeptRequest; result: KeptSummary };
  /** Writes what was trained on a folder for other programs. */
  exportForOthers: { request: OwnExport; result: ExportedFiles };
  /** Labels the texts of a task. */
  texts: { request: TextTaskRequest; result: TaskReport };
  /** A task's first texts. */
  preview: { request: TextPreviewRequest; result: readonly PreviewRow[] };
  /** An adaptation as one file: written, put in use, or only looked at. */
  export: { request: ExchangeRequest; result: Exported };
  import: { request: CarriedRequest; result: Imported };
  look: { request: CarriedRequest; result: Provenance };
  /** Writes a message for what is staged. */
  commit: { request: CommitJobRequest; result: CommitMessage };
  /** Writes the comment of a function. */
  doc: { request: DocRequest; result: WrittenComment };
  /** Models on this machine that could be brought as bases. */
  findModels: { request: Record<string, never>; result: readonly FoundModel[] };
  /** Brings one of them. */
  bringBase: { request: ModelImportRequest; result: ImportedBase };
}

export interface RunRequest {
  readonly adapt: AdaptRequest;
  /** Who runs, for whoever finds the folder locked: 'npm start', 'the editor'. */
  readonly who: string;
  /** How the job starts the engine that it trains and measures with; absent: a run has no neural part. */
  readonly engine?: EngineStart;
}

export type EngineStart = Pick<EngineOptions, 'script' | 'memoryCeiling' | 'trainingNiceness'>;

export type JobCall = {
  readonly [K in keyof Jobs]: { readonly kind: 'job'; readonly job: K; readonly request: Jobs[K]['request'] };
}[keyof Jobs];

/** Keys of an API are in the request alone: neither in a command line nor in an environment. */
export type ToJob =
  | RelaySaid
  | JobCall
  | { readonly kind: 'confirmed'; readonly yes: Spending }
  | { readonly kind: 'cancel' };

export type FromJob =
  | RelayAsked
  | { readonly kind: 'progress'; readonly update: ProgressUpdate }
  | { readonly kind: 'confirm'; readonly estimate: ApiEstimate }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly message: string }
  | { readonly kind: 'done'; readonly result: Result<Jobs[keyof Jobs]['result']> }
  | { readonly kind: 'crashed'; readonly message: string };
