// What an adaptation run is asked to do, what it asks back, and what it comes to.

import type { LlmSettings } from '../llm/types.ts';
import type { RouterModel } from '../routing/router-model.ts';
import type { RiskBound } from '../routing/types.ts';
import type { HarvestOptions } from '../workspace/files/types.ts';
import type { AdaptReport } from './report/types.ts';

/** What an adaptation run is asked to do. Plain data: it crosses to a job's process. */
export interface AdaptRequest {
  /** The workspace folder. */
  readonly root: string;
  /** Where this folder's specialist is kept (made if missing), and where the SQLite store lies. */
  readonly specialistFolder: string;
  readonly storeFolder: string;
  /** Path of `tokenizer.json`. */
  readonly tokenizerPath: string;
  readonly harvest: Partial<HarvestOptions>;
  /** 'index': harvest and index only, for the first minute; 'adapt': everything that can be learned as well. */
  readonly effort: 'index' | 'adapt';
  /** The slider at which the report states the API's share. */
  readonly balance: number;
  /** And the bound on the risk beside it; absent: none. */
  readonly risk?: RiskBound;
  /** The API that labels a sample of places; absent: local only. The caller has the user's consent. */
  readonly api?: ApiAccess;
  /** The neural model to adapt, for effort 'adapt'; absent: n-grams alone. */
  readonly neural?: NeuralAccess;
  /**
   * For effort 'adapt': before anything else, measure how right the local model is here, until so many seconds after the start of the run.
   * The result comes as `lines` of a progress update. Absent: no such measurement.
   */
  readonly firstLookSeconds?: number;
}

export interface NeuralAccess {
  /** Folder of the base model: config.json, model.safetensors and, where it ships one, mixture.json. */
  readonly base: string;
  /** How drafts are made. */
  readonly precision: 'auto' | 'int4' | 'int8' | 'fp32';
  readonly threads: number;
  /** Where training runs, and on how many threads of the CPU. */
  readonly device: 'auto' | 'cpu' | 'webgpu';
  readonly trainingThreads?: number | 'auto';
  /** Of the whole run; the API's answers come on top. Default 10. */
  readonly budgetMinutes?: number;
  /** Training ends after so many steps, where it would go on longer, and not before because it got no better. */
  readonly maxSteps?: number;
  /** That base and no smaller one, however slowly this machine trains it: what compares bases asks so. */
  readonly noOther?: boolean;
  /** What is drawn at random goes by it: who compares ways to train draws several times. Default 1. */
  readonly seed?: number;
}

export interface ApiAccess {
  readonly settings: LlmSettings;
  /** Places to ask about in a run, those that teach, validation and test together. */
  readonly places: number;
  /** US dollars that a run may cost by its estimate: it asks about fewer places otherwise. Absent: no other limit than the month's. */
  readonly runUsd?: number;
  /** US dollars a calendar month, by every run and window that uses the same store. */
  readonly budgetUsd: number;
}

export interface ApiEstimate {
  readonly model: string;
  readonly host: string;
  readonly places: number;
  readonly usd: number;
  /** Answers that are waited for: a batch of an earlier run brings them, which is paid for. Absent: none. */
  readonly awaited?: number;
  /** In batches, where the provider has them. */
  readonly batchUsd?: number;
  /** The places are texts of a task: a sample that teaches, the rest that stays in doubt; or such as a base reads here, in so many seconds. */
  readonly texts?: 'sample' | 'rest' | 'states';
  /** The file that these come from, where git ignores it. */
  readonly ignoredByGit?: string;
  readonly seconds?: number;
}

/** Asked once, before the first paid call. False: go on without the API; 'batch': ask in batches, and wait for them. */
export type ConfirmSpending = (estimate: ApiEstimate) => Promise<Spending>;
export type Spending = boolean | 'batch';

export interface AdaptOutcome {
  readonly report: AdaptReport;
  /** The folder's secrets, for who masks other texts of it. They cross between threads of ours and are kept in memory only. */
  readonly secrets: readonly string[];
  /** Absolute path of the specialist's snapshot, complete on disk. */
  readonly snapshotPath: string;
  /** Undefined for effort 'index'. */
  readonly coupling: RouterModel | undefined;
  /** The store left the disk while the API was asked: why, and what became of the answers. Absent: it did not. */
  readonly trouble?: string;
}
