// Messages between a job's process and its parent: structured clones over the IPC channel.

import type { KeptRequest } from '../adapt/kept/kept-rows.ts';
import type { ExportedFiles, OwnExport } from '../adapt/models/folder-models.ts';
import type { KeptSummary } from '../adapt/report/kept.ts';
import type { AdaptOutcome, AdaptRequest, ApiEstimate, PlanAnswer, PlanOffer } from '../adapt/request/adapt-request.ts';
import type { Result } from '../common/errors.ts';
import type { LogLevel } from '../common/log.ts';
import type { ProgressUpdate } from '../common/progress.ts';
import type { AddedBase, GgufRequest } from '../neural/models/import/add-gguf.ts';
import type { FoundModel } from '../neural/models/import/discover-models.ts';
import type { EngineOptions } from '../specialist/engine/engine-client.ts';
import type { Labelling } from '../text-tasks/labelling.ts';
import type { TaskReport } from '../text-tasks/task-report.ts';
import type { DownloadRequest } from './download-model.ts';
import type { RelayAsked, RelaySaid } from './relay.ts';
import type { LabellingRequest, TextTaskRequest } from './text-task.ts';
import type { WriteRequest, WrittenText } from './write-text.ts';

/** All jobs, with request and result. */
export interface Jobs {
  adapt: { request: RunRequest; result: AdaptOutcome };
  /** Reads only the folder's secrets. */
  secrets: { request: Pick<AdaptRequest, 'root' | 'harvest'>; result: readonly string[] };
  /** Summarises what is stored of the folder and sent. */
  kept: { request: KeptRequest; result: KeptSummary };
  /** Exports a folder's model for other programs. */
  export: { request: OwnExport; result: ExportedFiles };
  /** Labels the texts of a task. */
  texts: { request: TextTaskRequest; result: TaskReport };
  /** Reads a task's texts for labelling. */
  labelling: { request: LabellingRequest; result: Labelling };
  /** Writes a message for the staged changes, or the comment of a function. */
  write: { request: WriteRequest; result: WrittenText };
  /** Discovers models on this machine that can be imported as bases. */
  findModels: { request: Record<string, never>; result: readonly FoundModel[] };
  /** Imports one of them. */
  importBase: { request: GgufRequest; result: AddedBase };
  /** Downloads a model and imports it. */
  downloadModel: { request: DownloadRequest; result: AddedBase };
}

export interface RunRequest {
  readonly adapt: AdaptRequest;
  /** Owner of the lock, shown to others that find the folder locked: 'npm start', 'the editor'. */
  readonly who: string;
  /** How the job starts its engine; absent: no neural part. */
  readonly engine?: EngineStart;
}

export type EngineStart = Pick<EngineOptions, 'script' | 'memoryCeiling' | 'trainingNiceness'>;

export type JobCall = {
  readonly [K in keyof Jobs]: { readonly kind: 'job'; readonly job: K; readonly request: Jobs[K]['request'] };
}[keyof Jobs];

/** API keys are only in the request: not in the command line, not in the environment. */
export type ToJob =
  | RelaySaid
  | JobCall
  | { readonly kind: 'confirmed'; readonly yes: boolean }
  | { readonly kind: 'plan-answered'; readonly answer: PlanAnswer }
  | { readonly kind: 'cancel' };

export type FromJob =
  | RelayAsked
  | { readonly kind: 'progress'; readonly update: ProgressUpdate }
  | { readonly kind: 'confirm'; readonly estimate: ApiEstimate }
  | { readonly kind: 'ask-plan'; readonly offer: PlanOffer }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly message: string }
  | { readonly kind: 'done'; readonly result: Result<Jobs[keyof Jobs]['result']> }
  | { readonly kind: 'crashed'; readonly message: string };
