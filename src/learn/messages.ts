// What the adaptation worker and its owner say to each other.

import type { Result } from '../common/errors.ts';
import type { ProgressUpdate } from '../common/progress.ts';
import type { RequestKind, Requests } from '../engine/protocol.ts';
import type { KeptRequest } from './kept.ts';
import type { KeptSummary } from './kept-summary.ts';
import type { AdaptOutcome, AdaptRequest, ApiEstimate } from './types.ts';

/** What a worker of its own can be started for, one row each. */
export interface Jobs {
  adapt: { request: AdaptRequest; result: AdaptOutcome };
  /** Reads the folder for its secrets alone. */
  secrets: { request: Pick<AdaptRequest, 'root' | 'harvest'>; result: readonly string[] };
  /** What is kept of the folder and sent, for showing. */
  kept: { request: KeptRequest; result: KeptSummary };
}

export type ToWorker =
  | {
      readonly [K in keyof Jobs]: { readonly kind: 'job'; readonly job: K; readonly request: Jobs[K]['request'] };
    }[keyof Jobs]
  | { readonly kind: 'confirmed'; readonly yes: boolean }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'engine-progress'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'engine-result'; readonly id: number; readonly result: Result<unknown> };

export type FromWorker =
  | { readonly kind: 'progress'; readonly update: ProgressUpdate }
  | { readonly kind: 'confirm'; readonly estimate: ApiEstimate }
  /** The worker cannot own the engine's process: its owner asks for it. */
  | { readonly kind: 'engine'; readonly id: number; readonly ask: EngineAsk }
  | { readonly kind: 'engine-cancel'; readonly id: number }
  | { readonly kind: 'log'; readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly message: string }
  | { readonly kind: 'done'; readonly result: Result<Jobs[keyof Jobs]['result']> }
  | { readonly kind: 'crashed'; readonly message: string };

export type EngineAsk = {
  [K in RequestKind]: { readonly kind: K; readonly request: Requests[K]['request'] };
}[RequestKind];

/** Given to the worker when it starts. */
export interface WorkerData {
  readonly who: string;
}
