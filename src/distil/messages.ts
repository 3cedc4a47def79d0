// What the adaptation worker and its owner say to each other.

import type { Result } from '../common/errors.ts';
import type { ProgressUpdate } from '../common/progress.ts';
import type { RequestKind, Requests } from '../engine/protocol.ts';
import type { AdaptOutcome, AdaptRequest, ApiEstimate } from './types.ts';

export type ToWorker =
  | { readonly kind: 'run'; readonly request: AdaptRequest }
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
  | { readonly kind: 'done'; readonly result: Result<AdaptOutcome> }
  | { readonly kind: 'crashed'; readonly message: string };

export type EngineAsk = {
  [K in RequestKind]: { readonly kind: K; readonly request: Requests[K]['request'] };
}[RequestKind];
