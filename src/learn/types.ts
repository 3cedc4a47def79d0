// The adaptation run and its report: what the command line prints and the editor shows.
import type { Source } from '../common/completion.ts';
import type { CouplingFit } from '../coupling/types.ts';
import type { HarvestOptions, HarvestReport } from '../harvest/types.ts';
import type { Sha256 } from '../package/manifest.ts';
import type { CursorKind } from '../tasks/completion/cursor-places.ts';
import type { TeacherSettings } from '../teacher/types.ts';

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
  /** The API that labels a sample of places; absent: local only. The caller has the user's consent. */
  readonly api?: ApiAccess;
  /** The neural model to adapt, for effort 'adapt'; absent: n-grams alone. */
  readonly neural?: NeuralAccess;
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
  /** Of training; measuring takes a minute or two more. Default 10. */
  readonly budgetMinutes?: number;
  /** Training ends after so many steps, where it would go on longer. */
  readonly maxSteps?: number;
  /** That base and no smaller one, however slowly this machine trains it: what compares bases asks so. */
  readonly noOther?: boolean;
}

export interface ApiAccess {
  readonly settings: TeacherSettings;
  /** Places to ask about, calibration and test together. */
  readonly places: number;
  /** US dollars a calendar month, by every run and window that uses the same store. */
  readonly budgetUsd: number;
}

export interface ApiEstimate {
  readonly model: string;
  readonly host: string;
  readonly places: number;
  readonly usd: number;
}

/** Asked once, before the first paid call. False: go on without the API. */
export type ConfirmSpending = (estimate: ApiEstimate) => Promise<boolean>;

export interface AdaptOutcome {
  readonly report: AdaptReport;
  /** The folder's secrets, for who masks other texts of it. They cross between threads of ours and are kept in memory only. */
  readonly secrets: readonly string[];
  /** Absolute path of the specialist's snapshot, complete on disk. */
  readonly snapshotPath: string;
  /** Undefined for effort 'index'. */
  readonly coupling: CouplingFit | undefined;
  /** The store left the disk while the API was asked: why, and what became of the answers. Absent: it did not. */
  readonly trouble?: string;
}

/** Quality on cursors of files that nothing was fitted on. Shares are 0..1. */
export interface Quality {
  readonly places: number;
  readonly exactMatch: number;
  readonly editSimilarity: number;
  /** Share right among the most confident 10, 20, 30, 50 % of the places. */
  readonly precisionAt: Readonly<Record<'10' | '20' | '30' | '50', number>>;
}

/** Of a neural model mixed with the n-grams. */
export interface MixedQuality extends Quality {
  /** Log loss of the mixture on what the authors wrote at the places, nats a token. Absent without places, and in reports of earlier versions. */
  readonly loss?: number;
}

export interface WorkedCompletion {
  readonly path: string;
  readonly line: number;
  readonly kind: CursorKind;
  /** The end of the text before the cursor, a line or two. */
  readonly before: string;
  readonly truth: string;
  readonly answer: string;
  readonly source: Source;
  readonly model: string;
  readonly right: boolean;
  readonly latencyMs: number;
  readonly reason: string;
}

export interface ApiReport {
  readonly model: string;
  readonly asked: number;
  readonly failed: number;
  readonly exactMatch: number;
  readonly editSimilarity: number;
  readonly costUsd: number;
  readonly latencyP50Ms: number;
  readonly latencyP95Ms: number;
  /** On the test places where both answers are known: exact match of each alone and of the coupled pair, share sent to the API. */
  readonly testPlaces: number;
  readonly specialistExactMatch: number;
  readonly apiExactMatch: number;
  readonly coupledExactMatch: number;
  readonly coupledApiShare: number;
}

/** How the neural model was adapted, and what stays in use. */
export interface NeuralReport {
  /** 'earlier': an earlier adaptation, which was better; 'base': neither was. */
  readonly used: 'adapted' | 'earlier' | 'base';
  /** One sentence for people. */
  readonly why: string;
  /** On the same test places, measured once and last: n-grams alone, and mixed with them the base and the model in use. */
  readonly quality: Readonly<{ ngram: Quality; base: MixedQuality; earlier?: MixedQuality; adapted?: MixedQuality }>;
  /** On the same validation places: all that was chosen from. Absent in reports of earlier versions, which chose on the test places. */
  readonly chosenFrom?: Readonly<{ base: MixedQuality; earlier?: MixedQuality; adapted?: MixedQuality }>;
  /** Undefined where it was not trained; the notes say why. */
  readonly training: TrainingReport | undefined;
  /** Of the engine's process while it trained and drafted, bytes. */
  readonly peakMemoryBytes: number;
  /** For drafts that the n-grams make alone, where the engine is not there in time. The run's own coupling is for mixed ones. */
  readonly ngramCoupling: CouplingFit;
}

export interface TrainingReport {
  /** Nats per token on held-out files (the mixing files), before and after. Undefined in a folder too small to hold any out. */
  readonly loss: { readonly before: number; readonly after: number } | undefined;
  readonly steps: number;
  /** Trained on, repetitions counted, and in one pass over the folder. */
  readonly tokens: number;
  readonly tokensPerEpoch: number;
  readonly tokensPerSecond: number;
  readonly minutes: number;
  readonly stopped: 'finished' | 'no-improvement' | 'out-of-time';
  readonly parameters: number;
  /** 'full fine-tuning' or 'adapters (LoRA)', and where it ran; each with its reason. */
  readonly method: string;
  readonly methodReason: string;
  readonly device: string;
  readonly deviceReason: string;
}

export interface AdaptReport {
  readonly folder: string;
  readonly harvest: HarvestReport;
  readonly splits: Readonly<Record<'train' | 'calibration' | 'test', number>>;
  /** Undefined for effort 'index', and where the folder is too small to hold files out. */
  readonly specialist: (Quality & { readonly latencyP50Ms: number; readonly latencyP95Ms: number }) | undefined;
  readonly byKind: Readonly<Partial<Record<CursorKind, Quality>>>;
  readonly coupling: Omit<CouplingFit, 'parameters'> | undefined;
  readonly balance: number;
  /** What ships where it was made, by the bytes of the files. Absent in reports of earlier versions: what shipped with those. */
  readonly madeFor?: { readonly tokenizer: Sha256; readonly base?: Sha256 };
  /** Share of the test places that the policy would send to the API at the set balance. */
  readonly apiShare: number;
  readonly api: ApiReport | undefined;
  /** Undefined where the run had no neural part; the notes say why. Absent in reports of earlier versions. */
  readonly neural?: NeuralReport | undefined;
  readonly examples: readonly WorkedCompletion[];
  readonly notes: readonly string[];
  readonly elapsedMs: number;
  readonly peakMemoryBytes: number;
}
