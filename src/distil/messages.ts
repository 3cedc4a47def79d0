// What the adaptation worker and its owner say to each other.

import type { Result } from '../common/errors.ts';
import type { ProgressUpdate } from '../common/progress.ts';
import type { AdaptOutcome, AdaptRequest, ApiEstimate } from './types.ts';

export type ToWorker =
  | { readonly kind: 'run'; readonly request: AdaptRequest }
  | { readonly kind: 'confirmed'; readonly yes: boolean }
  | { readonly kind: 'cancel' };

export type FromWorker =
  | { readonly kind: 'progress'; readonly update: ProgressUpdate }
  | { readonly kind: 'confirm'; readonly estimate: ApiEstimate }
  | { readonly kind: 'log'; readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly message: string }
  | { readonly kind: 'done'; readonly result: Result<AdaptOutcome> }
  | { readonly kind: 'crashed'; readonly message: string };
