// The report of an adaptation: what the command line prints, the editor shows and the store keeps as JSON.
import type { AnswerSource } from '../../common/completion.ts';
import type { Sha256 } from '../../neural/models/manifest.ts';
import type { CursorKind } from '../../prompts/completion/cursor-examples.ts';
import type { RouterModel } from '../../routing/router-model.ts';
import type { HarvestReport, Split } from '../../workspace/files/types.ts';

/** Quality at cursor positions of files that nothing was fitted on. Shares are 0..1. */
export interface Quality {
  readonly places: number;
  readonly exactMatch: number;
  readonly editSimilarity: number;
  /** Share right among the most confident 10, 20, 30, 50 % of the positions. */
  readonly precisionAt: Readonly<Record<'10' | '20' | '30' | '50', number>>;
}

/** Quality of a neural model mixed with the n-grams. */
export interface MixedQuality extends Quality {
  /** Log loss on the authors' text, nats per token. Absent without positions. */
  readonly loss?: number;
}

export interface ExampleCompletion {
  readonly path: string;
  readonly line: number;
  readonly kind: CursorKind;
  /** The last lines before the cursor. */
  readonly before: string;
  readonly truth: string;
  readonly answer: string;
  readonly source: AnswerSource;
  readonly model: string;
  readonly right: boolean;
  readonly latencyMs: number;
  readonly reason: string;
}

/** Latencies of the answers, ms. */
export interface Latencies {
  readonly latencyP50Ms: number;
  readonly latencyP95Ms: number;
}

export interface ApiReport extends Latencies {
  readonly model: string;
  readonly asked: number;
  readonly failed: number;
  readonly exactMatch: number;
  readonly editSimilarity: number;
  /** The test positions where both answers are known; exact match of each model and of both together there. */
  readonly testPlaces: number;
  readonly specialistExactMatch: number;
  readonly apiExactMatch: number;
  readonly coupledExactMatch: number;
  readonly coupledApiShare: number;
}

/** One position of the slider, measured at the test positions. */
export interface SliderPoint {
  readonly balance: number;
  /** Share of all positions that would be sent to the API. */
  readonly apiShare: number;
  /** Share right of both together, where both answers are known; undefined if the API was not asked. */
  readonly right: number | undefined;
}

/** One bin of the calibration chart (estimates 0-0.1, 0.1-0.2, ...). */
export interface Reliability {
  /** Mean estimate. */
  readonly said: number;
  /** Share of right answers. */
  readonly right: number;
  /** Number of positions. */
  readonly places: number;
}

/** A share of positions that is sent to the API, and the share of lines that is right then. */
export interface DeferralPoint {
  readonly apiShare: number;
  readonly right: number;
}

/** Measured at the test positions. */
export interface Curves {
  /**
   * At positions where both answers are known; undefined if the API was not asked. `pair` is sorted by `apiShare`.
   * `operating` is the point at the balance that the user has set.
   */
  readonly deferral: { readonly pair: readonly DeferralPoint[]; readonly operating: DeferralPoint } | undefined;
  /** Calibration of each estimate; empty if nothing is known. */
  readonly specialist: readonly Reliability[];
  readonly api: readonly Reliability[];
  /** Calibration of the parts of local drafts that could be shown. */
  readonly cuts: readonly CutReliability[];
}

/** The parts of one length. */
export interface CutReliability extends Reliability {
  readonly length: CutLength;
}

/** Characters in all, and whether they end the line. */
export type CutLength = 'short' | 'long' | 'whole-line';

/** Positions of one kind, and the accuracy of both models there. */
export interface UnderfitRow {
  /** Name of the kind, for example 'your test helpers'. */
  readonly what: string;
  readonly places: number;
  /** The router's mean estimate that the API is right. */
  readonly api: number;
  /** Number of positions that the API was asked at. */
  readonly asked: number;
  /** Number of those that the API was right at. */
  readonly apiRight: number;
  /** Share of right answers of the specialist. */
  readonly specialist: number;
  /** A position where the API was wrong, if possible one where the specialist was right. */
  readonly example?: {
    readonly path: string;
    readonly line: number;
    readonly before: string;
    readonly truth: string;
    readonly api: string;
    readonly specialist: string;
  };
}

/** How the neural model was adapted, and which model is used. */
export interface NeuralReport {
  /** 'earlier': the model of an earlier adaptation. */
  readonly used: 'adapted' | 'earlier' | 'base';
  /** One sentence for the user. */
  readonly why: string;
  /**
   * At the same test positions, measured after the choice: the n-grams alone, and each neural model mixed with the
   * n-grams.
   */
  readonly quality: Readonly<{ ngram: Quality; base: MixedQuality; earlier?: MixedQuality; adapted?: MixedQuality }>;
  /** All candidates at the same validation positions. */
  readonly chosenFrom: Readonly<{ base: MixedQuality; earlier?: MixedQuality; adapted?: MixedQuality }>;
  /** Undefined if nothing was trained; the notes say why. */
  readonly training: TrainingReport | undefined;
  /** Peak memory of the engine's process. */
  readonly peakMemoryBytes: number;
  /**
   * Router for drafts of the n-grams alone, which are used if the engine is late. `AdaptReport.coupling` is the router
   * for mixed drafts.
   */
  readonly ngramCoupling: RouterModel;
}

export interface TrainingReport {
  /** Nats per token on the validation files that the mixture is fitted on. Undefined if no files are held out. */
  readonly loss: { readonly before: number; readonly after: number } | undefined;
  /**
   * The loss at each validated step. `mixed` is the loss together with the n-grams; the step with the lowest one is
   * kept. Absent if no files are held out.
   */
  readonly losses?: readonly { readonly step: number; readonly loss: number; readonly mixed?: number }[];
  readonly steps: number;
  /** Tokens trained on, with repetitions. */
  readonly tokens: number;
  /** Tokens of one pass over the folder. */
  readonly tokensPerEpoch: number;
  readonly tokensPerSecond: number;
  readonly minutes: number;
  readonly stopped: 'finished' | 'no-improvement' | 'out-of-time';
  readonly parameters: number;
  /** 'full fine-tuning' or 'adapters (LoRA)'. */
  readonly method: string;
  readonly methodReason: string;
  readonly device: string;
  readonly deviceReason: string;
}

export interface AdaptReport {
  readonly folder: string;
  readonly harvest: HarvestReport;
  readonly splits: Readonly<Record<Split, number>>;
  /** Undefined for effort 'index', or if no files are held out. */
  readonly specialist: (Quality & Latencies) | undefined;
  readonly byKind: Readonly<Partial<Record<CursorKind, Quality>>>;
  readonly coupling: Omit<RouterModel, 'parameters'> | undefined;
  readonly balance: number;
  /** Hashes of the shipped tokenizer and base that the run used. */
  readonly madeFor: { readonly tokenizer: Sha256; readonly base?: Sha256 };
  /** Share of the test positions that would be sent to the API at the set balance. */
  readonly apiShare: number;
  readonly api: ApiReport | undefined;
  /** Number and cost of all answers of the API in the run, at training and held-out positions. Absent: none. */
  readonly paid?: { readonly model: string; readonly answers: number; readonly usd: number };
  /** By rising balance. Absent for effort 'index', like the fields below. */
  readonly slider?: readonly SliderPoint[];
  /** For the charts. */
  readonly curves?: Curves;
  /** `byKind` without the adaptation: of the base, or of the n-grams alone if no model was adapted. */
  readonly before?: Readonly<Partial<Record<CursorKind, Quality>>>;
  /** Sorted by how far the specialist is ahead of the API, largest first. Empty if the API was not asked. */
  readonly underfit?: readonly UnderfitRow[];
  /** Undefined if the run had no neural part; the notes say why. */
  readonly neural?: NeuralReport | undefined;
  readonly examples: readonly ExampleCompletion[];
  readonly notes: readonly string[];
  readonly elapsedMs: number;
  readonly peakMemoryBytes: number;
}
