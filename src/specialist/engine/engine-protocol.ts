// Requests to the engine: of the editor to its process, and of a job to the engine that runs in the job itself.
import type { CompletionQuery, Draft, DraftOptions } from '../../common/completion.ts';
import type { Result } from '../../common/errors.ts';
import type { AskOptions, Kind, Protocol } from '../../common/remote.ts';
import type { Timing } from '../../neural/inference/timing.ts';
import type { Adapted, DeviceChoice, TrainingRequest } from '../../neural/training/adapt-base.ts';
import type { StepReport } from '../../neural/training/train.ts';
import type { ValidationLoss } from '../../neural/training/validation.ts';
import type { LatencyEstimate } from '../decoding/draft-latency.ts';
import type { MixFit } from '../decoding/fit-mixed.ts';
import type { LabelledQuery, QueryLoss } from '../decoding/joint-drafter.ts';
import type { MixSource } from '../decoding/mix-source.ts';
import type { OpenedSpecialist } from '../decoding/open-folders.ts';
import type { ServedModelOptions } from '../decoding/served-model.ts';
import type { EditHistory, FileChange } from '../ngram/folder-worker-protocol.ts';

export type { Timing } from '../../neural/inference/timing.ts';
export { type TrainingStatus, trainingStatusOf } from '../../neural/training/checkpoint.ts';
export type { StepReport } from '../../neural/training/train.ts';
export type { ValidationLoss } from '../../neural/training/validation.ts';
export { type LatencyEstimate, NEW_POSITION_TOKENS } from '../decoding/draft-latency.ts';
export type { QueryLoss } from '../decoding/joint-drafter.ts';
export { MIXTURE_FILE } from '../decoding/mix-source.ts';

/** What the editor asks. */
export interface EditorRequests {
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
  /** Latency of a model on this machine. Loads the model only for this: do not send it to a process that completes. */
  time: { request: ServedModelOptions; result: Timing; progress: never };
}

/** What only a job asks, besides. */
export interface Requests extends EditorRequests {
  adapt: { request: TrainingRequest; result: Adapted; progress: AdaptProgress };
  /**
   * How well the specialist predicts the true line at a cursor. Right after the draft there, its prompt is still in the
   * cache.
   */
  lossAt: { request: { readonly key: string; readonly labelled: LabelledQuery }; result: QueryLoss; progress: never };
  /**
   * Fits the mixture's weights on files that are not in the index, and uses them from then on. After `seconds` the
   * positions so far are enough.
   */
  fit: {
    request: { readonly key: string; readonly queries: readonly LabelledQuery[]; readonly seconds?: number };
    result: MixFit;
    progress: { readonly done: number; readonly total: number };
  };
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

export type RequestKind = Kind<Requests>;

export type RequestOptions<K extends RequestKind> = AskOptions<Requests[K]['progress']>;

/** Answers requests: the owner of the engine's process, the engine in a job, or a wrapper that forwards them. */
interface EngineOf<P extends Protocol<P>> {
  /** Never rejects. */
  request<K extends Kind<P>>(
    kind: K,
    request: P[K]['request'],
    options?: AskOptions<P[K]['progress']>,
  ): Promise<Result<P[K]['result']>>;
}

export type Engine = EngineOf<Requests>;
/** The engine as the editor uses it. */
export type EditorEngine = EngineOf<EditorRequests>;

/** Argument of the engine's script. */
export const CEILING_ARGUMENT = '--memory-ceiling=';
