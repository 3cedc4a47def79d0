// The report of an adaptation: what the command line prints, the editor shows and the store keeps as JSON, which may
// be damaged.

import type { Failure, Result } from '../../common/errors.ts';
import type { Sha256 } from '../../common/file-hash.ts';
import { isObject } from '../../common/schemas.ts';
import type { Interval } from '../../common/statistics/bootstrap.ts';
import { parseRouter, type RouterModel } from '../../routing/router-model.ts';
import type { HarvestReport, Split } from '../../workspace/files/harvest-types.ts';

/** Undefined if it is no report. */
export function storedReport(json: string): AdaptReport | undefined {
  const value = parsed(json);
  if (!isObject(value) || !isObject(value.harvest) || !Array.isArray(value.notes)) return undefined;
  return value as unknown as AdaptReport;
}

/** Fails as `parseRouter` does. */
export function storedRouter(json: string): Result<RouterModel> {
  return parseRouter(parsed(json));
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Quality at cursor positions of files that nothing was fitted on. */
export interface Quality {
  readonly places: number;
  /** Share of drafts that are exactly what the author wrote, 0..1. */
  readonly exactMatch: number;
  /** 95% interval of `exactMatch`. Absent if the positions are in fewer than two files. */
  readonly interval?: Interval;
}

/** Quality of a neural model mixed with the n-grams. */
export interface MixedQuality extends Quality {
  /** Log loss on the authors' text, nats per token. Absent without positions. */
  readonly loss?: number;
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
  /** At the test positions where both answers are known. Undefined if there are none. */
  readonly compared: ComparedReport | undefined;
}

/** Both models at the same test positions. */
export interface ComparedReport extends Readonly<Record<'specialist' | 'api' | 'together', Quality>> {
  /** 95% interval of the difference of `together` and `api`, where the positions are in several files. */
  readonly routed?: Interval;
  /** Share of these positions at which `together` asks the large model. */
  readonly calls: number;
  /** What the folder's snippets and drafts bring. Absent if the large model was not asked without them. */
  readonly alone?: {
    /** The large model with what a plain API call sees. */
    readonly bare: Quality;
    readonly informed: Quality;
    /** 95% interval of the difference, where the positions are in several files. */
    readonly gain?: Interval;
  };
}

/** One position of the slider, measured at the test positions. */
interface SliderPoint {
  readonly balance: number;
  /** Share of all positions that would be sent to the API. */
  readonly apiShare: number;
  /** Share right of both together, where both answers are known; undefined if the API was not asked. */
  readonly right: number | undefined;
}

/** How the neural model was adapted, and which model is used. */
export interface NeuralReport {
  /** 'earlier': the model of an earlier adaptation. */
  readonly used: 'adapted' | 'earlier' | 'base';
  /** One sentence for the user. */
  readonly why: string;
  /** Name of the base model, which is that of the adapter if one is used. */
  readonly base: string;
  /**
   * At the same test positions, measured after the choice: the n-grams alone, and each neural model mixed with the
   * n-grams.
   */
  readonly quality: Readonly<{ ngram: Quality; base: MixedQuality; earlier?: MixedQuality; adapted?: MixedQuality }>;
  /**
   * 95% interval of the difference of the model in use and the base (of the base in use and the n-grams alone), where
   * the test positions are in several files.
   */
  readonly change?: Interval;
  /** All candidates at the same validation positions. */
  readonly chosenFrom: Readonly<{ base: MixedQuality; earlier?: MixedQuality; adapted?: MixedQuality }>;
  /** Undefined if nothing was trained. */
  readonly training: TrainingReport | undefined;
  /**
   * Router for drafts of the n-grams alone, which are used if the engine is late. `AdaptReport.router` is the router
   * for mixed drafts.
   */
  readonly ngramRouter: RouterModel;
}

/** An expected failure of the run's neural part. */
export interface NeuralFailure extends Failure {
  /** 'training': the base model is measured all the same. 'measuring': the n-grams answer alone. */
  readonly during: 'training' | 'measuring';
}

export interface TrainingReport {
  /** Weighted nats per token on the validation files that the mixture is fitted on. Undefined without held-out files. */
  readonly loss: { readonly before: number; readonly after: number } | undefined;
  readonly steps: number;
  /** Tokens trained on, with repetitions. */
  readonly tokens: number;
  /** Tokens of one pass over the folder. */
  readonly tokensPerEpoch: number;
  readonly tokensPerSecond: number;
  readonly minutes: number;
  readonly stopped: 'finished' | 'no-improvement' | 'out-of-time';
  readonly device: string;
  readonly deviceReason: string;
}

export interface AdaptReport {
  readonly folder: string;
  readonly harvest: HarvestReport;
  readonly splits: Readonly<Record<Split, number>>;
  /** Undefined for effort 'index', or if no files are held out. */
  readonly specialist: (Quality & Latencies) | undefined;
  readonly router: Omit<RouterModel, 'parameters'> | undefined;
  readonly balance: number;
  /** Hashes of the shipped tokenizer and base that the run used. */
  readonly madeFor: { readonly tokenizer: Sha256; readonly base?: Sha256 };
  /** Share of the test positions that would be sent to the API at the set balance. */
  readonly apiShare: number;
  readonly api: ApiReport | undefined;
  /** Number and cost of all answers of the API in the run, at training and held-out positions. Absent: none. */
  readonly paid?: { readonly model: string; readonly answers: number; readonly usd: number };
  /** By rising balance. Absent for effort 'index'. */
  readonly slider?: readonly SliderPoint[];
  /** Undefined if the run had no neural part, or it failed. */
  readonly neural?: NeuralReport | undefined;
  /** Why nothing was trained, or no neural model was measured. Absent if neither failed. */
  readonly neuralFailure?: NeuralFailure;
  readonly notes: readonly string[];
  /** Without the time in which the user was asked. */
  readonly elapsedMs: number;
  readonly peakMemoryBytes: number;
}
