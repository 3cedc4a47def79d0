// What a job's process serves, and what it asks of its owner.

import type { KeptRequest } from '../adapt/kept/kept-rows.ts';
import type { ExportedFiles, OwnExport } from '../adapt/models/folder-models.ts';
import type { KeptSummary } from '../adapt/report/kept.ts';
import type { AdaptOutcome, AdaptRequest, ApiEstimate, PlanAnswer, PlanOffer } from '../adapt/request/adapt-request.ts';
import type { Failure } from '../common/errors.ts';
import type { ProgressUpdate } from '../common/progress.ts';
import type { AddedBase, GgufRequest } from '../neural/models/import/add-gguf.ts';
import type { FoundModel } from '../neural/models/import/discover-models.ts';
import type { Labelling } from '../text-tasks/labelling.ts';
import type { TaskReport } from '../text-tasks/task-report.ts';
import type { DownloadRequest } from './download-model.ts';
import type { RelayRequests } from './relay.ts';
import type { LabellingRequest, TextTaskRequest } from './text-task.ts';
import type { WriteRequest, WrittenText } from './write-text.ts';

/** All jobs. API keys are only in the request: not in the command line, not in the environment. */
export interface Jobs {
  adapt: Job<RunRequest, AdaptOutcome>;
  /** Reads only the folder's secrets. */
  secrets: Job<Pick<AdaptRequest, 'root' | 'harvest'>, readonly string[]>;
  /** Summarises what is stored of the folder and sent. */
  kept: Job<KeptRequest, KeptSummary>;
  /** Exports a folder's model for other programs. */
  export: Job<OwnExport, ExportedFiles>;
  /** Labels the texts of a task. */
  texts: Job<TextTaskRequest, TaskReport>;
  /** Reads a task's texts for labelling. */
  labelling: Job<LabellingRequest, Labelling>;
  /** Writes a message for the staged changes, or the comment of a function. */
  write: Job<WriteRequest, WrittenText>;
  /** Discovers models on this machine that can be imported as bases. */
  findModels: Job<Record<string, never>, readonly FoundModel[]>;
  /** Imports one of them. */
  importBase: Job<GgufRequest, AddedBase>;
  /** Downloads a model and imports it. */
  downloadModel: Job<DownloadRequest, AddedBase>;
}

interface Job<Request, Result> {
  readonly request: Request;
  readonly result: Result;
  readonly progress: ProgressUpdate;
}

export interface RunRequest {
  readonly adapt: AdaptRequest;
  /** Owner of the lock, shown to others that find the folder locked: 'npm start', 'the editor'. */
  readonly who: string;
  /** Absent: no neural part. */
  readonly engine?: EngineStart;
}

/** How a job runs the engine. */
export interface EngineStart {
  /** Bytes. */
  readonly memoryCeiling: number;
  /** Added to our own niceness. Default: enough to give way to all others. */
  readonly niceness?: number | undefined;
  /** Set before the job is started again, if the engine has ended it too often. The job then runs without an engine. */
  refused?: Failure | undefined;
}

export interface OwnerRequests extends RelayRequests {
  /** Whether the user agrees to a text task's price. */
  confirm: { request: ApiEstimate; result: boolean; progress: never };
  askPlan: { request: PlanOffer; result: PlanAnswer; progress: never };
}

/** @param why how a job ended before its end */
export function stoppedMessage(job: keyof Jobs, why: string): string {
  const stopped = job === 'adapt' ? 'The adaptation run stopped' : 'A run in the background stopped';
  return `${stopped}: ${why}. The earlier state is unchanged; start it again.`;
}
