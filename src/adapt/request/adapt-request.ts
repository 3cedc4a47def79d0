// Request, spending question and result of an adaptation run.

import { type Failure, failed } from '../../common/errors.ts';
import type { LlmSettings } from '../../llm/protocol/models.ts';
import type { RouterModel } from '../../routing/router-model.ts';
import type { SendableFolder } from '../../workspace/files/harvest-types.ts';
import type { AdaptReport } from '../report/adapt-report.ts';

/** Request of an adaptation run. Plain data: it is sent to a job's process. */
export interface AdaptRequest extends SendableFolder {
  /** Folder of this workspace folder's specialist, created if missing. */
  readonly specialistFolder: string;
  /** Folder of the SQLite store. */
  readonly storeFolder: string;
  /** Path of `tokenizer.json`. */
  readonly tokenizerPath: string;
  /** 'index': read and index only, within a minute; 'adapt': train and fit as well. */
  readonly effort: 'index' | 'adapt';
  /** The balance setting for the API's share in the report. */
  readonly balance: number;
  /** The API that labels positions; absent: local only. The caller has the user's consent. */
  readonly api?: ApiAccess;
  /** The neural model to adapt, for effort 'adapt'; absent: n-grams alone. */
  readonly neural?: NeuralAccess;
}

export interface NeuralAccess {
  /** Folder of the base model: config.json, model.safetensors and optionally mixture.json. */
  readonly base: string;
  /** Threads of our own engine's drafts. */
  readonly threads: number;
  /** Device and CPU threads of training, and of llama.cpp, which drafts with GGUF bases. */
  readonly device: 'auto' | 'cpu' | 'webgpu';
  readonly trainingThreads?: number | 'auto';
  /** Budget of the run without API answers. Default 10. */
  readonly budgetMinutes?: number;
  /** Absent: it trains first only on a machine where that pays. */
  readonly trains?: boolean;
  /** Training ends after this many steps at the latest. Early stopping is off. */
  readonly maxSteps?: number;
}

/** Positions that a run asks the API about at most: enough to calibrate the estimate of when it is right. */
export const CALIBRATION_POSITIONS = 300;

/** Limits of the labelling of one run. */
export interface LabellingLimits {
  /** Maximum positions to label, over all splits. */
  readonly positions: number;
  /**
   * US dollars of a run, reservations included; its estimate reduces the positions. Absent: the monthly limit alone.
   */
  readonly runUsd?: number;
}

export interface ApiAccess extends LabellingLimits {
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
  /** These are all texts of the task, so that no call is saved. */
  readonly isAll?: boolean;
}

/** Called by a text task before its first paid call. False: continue without the API. */
export type ConfirmSpending = (estimate: ApiEstimate) => Promise<boolean>;

/** What a user chooses before a run begins. */
export interface PlanChoice {
  /** False: only the index, the thresholds and the router are fitted. */
  readonly trains: boolean;
  /** Time limit of the run, measuring and deciding included. */
  readonly minutes: number;
}

/** A plan of a run, and the other choices. */
export interface PlanOffer {
  readonly choice: PlanChoice;
  /** 'About 9 minutes: 2 measuring, 6 training, 1 deciding.' */
  readonly words: string;
  /** Why this choice comes first, if it does not train. */
  readonly why?: string;
  /** All choices, the fastest first. */
  readonly choices: readonly (PlanChoice & { readonly words: string })[];
  /** What asking the large model costs with this choice. Absent: there is nothing to ask. */
  readonly api?: ApiEstimate;
}

/** 'change': the plan of another choice is offered. */
export type PlanAnswer =
  | { readonly kind: 'start'; readonly api: boolean }
  | { readonly kind: 'change'; readonly choice: PlanChoice }
  | { readonly kind: 'stop' };

/** Called before a run begins, after this machine was timed. */
export type AskPlan = (offer: PlanOffer) => Promise<PlanAnswer>;

/** A job's questions to the user. */
export interface Questions {
  readonly confirm: ConfirmSpending;
  readonly askPlan: AskPlan;
}

export interface AdaptOutcome {
  readonly report: AdaptReport;
  /** The folder's secrets that the request did not have. They are kept in memory only. */
  readonly secrets: readonly string[];
  /** Absolute path of the specialist's snapshot, complete on disk. */
  readonly snapshotPath: string;
  /** Undefined for effort 'index'. */
  readonly router: RouterModel | undefined;
  /** The failure that ended the calls to the API early. Absent: all were made. */
  readonly apiStopped?: Failure;
  /** Why the store could not be written during API calls, and what happened to the answers. Absent: no trouble. */
  readonly trouble?: string;
}

/** Of a run that was cancelled before it kept anything, and of other jobs. */
export const cancelled = failed('cancelled', 'Cancelled. The earlier state is unchanged.');
