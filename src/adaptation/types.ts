// Request, spending question and result of an adaptation run.

import type { LlmSettings } from '../llm/types.ts';
import type { RouterModel } from '../routing/router-model.ts';
import type { HarvestOptions } from '../workspace/files/types.ts';
import type { AdaptReport } from './report/types.ts';

/** Request of an adaptation run. Plain data: it is sent to a job's process. */
export interface AdaptRequest {
  /** The workspace folder. */
  readonly root: string;
  /** Folder of this workspace folder's specialist, created if missing. */
  readonly specialistFolder: string;
  /** Folder of the SQLite store. */
  readonly storeFolder: string;
  /** Path of `tokenizer.json`. */
  readonly tokenizerPath: string;
  readonly harvest: Partial<HarvestOptions>;
  /** 'index': read and index only, within a minute; 'adapt': train and fit as well. */
  readonly effort: 'index' | 'adapt';
  /** The balance setting for the API's share in the report. */
  readonly balance: number;
  /** The API that labels positions; absent: local only. The caller has the user's consent. */
  readonly api?: ApiAccess;
  /** The neural model to adapt, for effort 'adapt'; absent: n-grams alone. */
  readonly neural?: NeuralAccess;
  /**
   * For effort 'adapt': first measure the accuracy of the local model, until this many seconds after the start.
   * The result is sent as `lines` of a progress update. Absent: no such measurement.
   */
  readonly firstLookSeconds?: number;
}

export interface NeuralAccess {
  /** Folder of the base model: config.json, model.safetensors and optionally mixture.json. */
  readonly base: string;
  /** Precision and threads of our own engine's drafts. */
  readonly precision: 'auto' | 'int4' | 'int8' | 'fp32';
  readonly threads: number;
  /** Device and CPU threads of training, and of llama.cpp, which drafts with GGUF bases. */
  readonly device: 'auto' | 'cpu' | 'webgpu';
  readonly trainingThreads?: number | 'auto';
  /** Budget of the run without API answers and first look. Default 10. */
  readonly budgetMinutes?: number;
  /** Training ends after this many steps at the latest. Early stopping is off. */
  readonly maxSteps?: number;
}

/** Positions that a run asks the API about at most: enough to calibrate the estimate of when it is right. */
export const CALIBRATION_POSITIONS = 300;

/** Limits of the labelling of one run. */
export interface LabelingLimits {
  /** Maximum positions to label, over all splits. */
  readonly positions: number;
  /** Maximum estimated US dollars, which reduces the positions. Absent: only the monthly limit. */
  readonly runUsd?: number;
}

export interface ApiAccess extends LabelingLimits {
  readonly settings: LlmSettings;
  /** US dollars per calendar month, over all runs and windows with the same store. */
  readonly budgetUsd: number;
}

export interface ApiEstimate {
  readonly model: string;
  readonly host: string;
  readonly positions: number;
  readonly usd: number;
  /**
   * The positions are texts of a task: random ones to learn from ('sample'), those in doubt ('rest'), or those for a
   * base to read in `seconds` ('states').
   */
  readonly texts?: 'sample' | 'rest' | 'states';
  /** The file of these texts, if git ignores it. */
  readonly ignoredByGit?: string;
  readonly seconds?: number;
}

/** Called once, before the first paid call. False: continue without the API. */
export type ConfirmSpending = (estimate: ApiEstimate) => Promise<boolean>;

/** The least training of a base, which exceeds the time limit. */
export interface TimeOffer {
  readonly base: string;
  /** Steps of training. */
  readonly steps: number;
  /** The limit, and the minutes that the run needs with its measurements. */
  readonly limit: number;
  readonly minutes: number;
}

/** Called once, before anything is measured, if the time limit is too short. */
export type AskForTime = (offer: TimeOffer) => Promise<TimeAnswer>;
/** 'extend': this run takes the offered minutes; 'untrained': it only measures; 'stop': it ends. */
export type TimeAnswer = 'extend' | 'untrained' | 'stop';

/** A run's questions to the user. */
export interface Questions {
  readonly confirm: ConfirmSpending;
  readonly askForTime: AskForTime;
}

export interface AdaptOutcome {
  readonly report: AdaptReport;
  /** The folder's secrets, for redacting its other texts. They are kept in memory only. */
  readonly secrets: readonly string[];
  /** Absolute path of the specialist's snapshot, complete on disk. */
  readonly snapshotPath: string;
  /** Undefined for effort 'index'. */
  readonly router: RouterModel | undefined;
  /** Why the store could not be written during API calls, and what happened to the answers. Absent: no trouble. */
  readonly trouble?: string;
}
