// Requests to the engine process and its answers, and how long it may be silent meanwhile. Messages cross as
// structured clones, so typed arrays keep their types.
import type { CompletionQuery, Draft, DraftOptions } from '../../common/completion.ts';
import type { Failure } from '../../common/errors.ts';
import type { StatesRequest } from '../../neural/inference/hidden-states.ts';
import type { Timing } from '../../neural/inference/timing.ts';
import type { Adapted, DeviceChoice, TrainingRequest } from '../../neural/training/adapt-base.ts';
import type { StepReport } from '../../neural/training/train.ts';
import type { ValidationLoss } from '../../neural/training/validation.ts';
import type { LatencyEstimate } from '../decoding/draft-latency.ts';
import type { MixFit } from '../decoding/fit-mixed.ts';
import type { LabeledQuery, QueryLoss } from '../decoding/joint-drafter.ts';
import type { MixSource } from '../decoding/mix-source.ts';
import type { OpenedSpecialist } from '../decoding/open-folders.ts';
import type { ServedModelOptions } from '../decoding/served-model.ts';
import type { EditHistory, FileChange } from '../ngram/ngram-protocol.ts';

const minute = 60_000;

/**
 * Limits for the silence of the whole process, ms, not for the time of a request. An answer, a step, a position or a
 * text that is done ends the silence, and so does each micro-batch of a training. At least ten times what the slowest
 * measured machine took.
 */
export const LONGEST_SILENCE: Readonly<Record<RequestKind, number>> = {
  status: 5 * minute,
  change: 5 * minute,
  history: 5 * minute,
  close: 5 * minute,
  draft: 5 * minute,
  warm: 5 * minute,
  lossAt: 5 * minute,
  states: 10 * minute,
  fit: 10 * minute,
  open: 15 * minute,
  time: 15 * minute,
  adapt: 30 * minute,
};

export type { Timing } from '../../neural/inference/timing.ts';
export { type TrainingStatus, trainingStatusOf } from '../../neural/training/checkpoint.ts';
export type { StepReport } from '../../neural/training/train.ts';
export type { ValidationLoss } from '../../neural/training/validation.ts';
export { type LatencyEstimate, NEW_POSITION_TOKENS } from '../decoding/draft-latency.ts';
export type { QueryLoss } from '../decoding/joint-drafter.ts';
export { MIXTURE_FILE } from '../decoding/mix-source.ts';

interface EngineStatus {
  readonly pid: number;
  /** Resident memory, bytes. */
  readonly memory: number;
}

/** One row per request: its input, its result, and its progress reports. */
export interface Requests {
  adapt: { request: TrainingRequest; result: Adapted; progress: AdaptProgress };
  /**
   * Loads a folder's specialist, the neural model and the n-gram index together. Progress: bytes of a GGUF file that
   * are hashed, because it has changed.
   */
  open: { request: MixSource; result: OpenedSpecialist; progress: { readonly done: number } };
  close: { request: { readonly key: string }; result: EmptyObject; progress: never };
  /** A file of an open folder has changed. */
  change: { request: { readonly key: string; readonly change: FileChange }; result: EmptyObject; progress: never };
  /** What the user has edited lately in an open folder. */
  history: { request: { readonly key: string; readonly history: EditHistory }; result: EmptyObject; progress: never };
  /** A draft at a cursor. Fails with 'bad-request' if the key is not open. */
  draft: { request: DraftRequest; result: Draft; progress: LatencyEstimate };
  /** Runs the prompt at a cursor into the cache, so that a draft there only has to write its line. */
  warm: { request: { readonly key: string; readonly query: CompletionQuery }; result: EmptyObject; progress: never };
  /**
   * How well the specialist predicts the true line at a cursor. Right after the draft there, its prompt is still in the
   * cache.
   */
  lossAt: { request: { readonly key: string; readonly labeled: LabeledQuery }; result: QueryLoss; progress: never };
  /**
   * Fits the mixture's weights on files that are not in the index, and uses them from then on. After `seconds` the
   * positions so far are enough.
   */
  fit: {
    request: { readonly key: string; readonly queries: readonly LabeledQuery[]; readonly seconds?: number };
    result: MixFit;
    progress: { readonly done: number; readonly total: number };
  };
  /** Latency of a model on this machine. Loads the model only for this: do not send it to a process that completes. */
  time: { request: ServedModelOptions; result: Timing; progress: never };
  /** Pooled hidden states of texts, each as soon as it is read. Like `time`, not for a process that completes. */
  states: {
    request: StatesRequest;
    result: EmptyObject;
    progress: { readonly index: number; readonly states: Float32Array };
  };
  status: { request: Record<string, never>; result: EngineStatus; progress: never };
}

type EmptyObject = Record<string, never>;

export interface DraftRequest {
  readonly key: string;
  readonly query: CompletionQuery;
  readonly options: DraftOptions;
}

export type AdaptProgress =
  | ({ readonly kind: 'step' } & StepReport)
  | ({ readonly kind: 'validated' } & ValidationLoss)
  | ({ readonly kind: 'device' } & DeviceChoice)
  /** For the user: a checkpoint was not used. */
  | { readonly kind: 'note'; readonly note: string };

export type RequestKind = keyof Requests;

export type ToEngine =
  | {
      [K in RequestKind]: { readonly id: number; readonly kind: K; readonly request: Requests[K]['request'] };
    }[RequestKind]
  | { readonly id: number; readonly kind: 'cancel'; readonly request?: never };

export type FromEngine =
  | { readonly id: number; readonly kind: 'result'; readonly result: unknown }
  | { readonly id: number; readonly kind: 'failure'; readonly failure: Failure }
  | { readonly id: number; readonly kind: 'progress'; readonly progress: unknown }
  /** Sign of life during long work. */
  | { readonly id: number; readonly kind: 'alive' };

/** Arguments of the engine's script. */
export interface EngineArguments {
  /** Resident memory above which caches are dropped and training stops, bytes. */
  readonly memoryCeiling: number;
}

export const PROBE_ARGUMENT = '--probe-webgpu';
export const CEILING_ARGUMENT = '--memory-ceiling=';
/** Marks the process in process lists; it has no other effect. */
export const TRAINING_ARGUMENT = '--training';
