// Whether the memory suffices for training adapters.

import { CodedError } from '../../common/errors.ts';
import { megabytes } from '../../common/format.ts';
import type { ModelConfig } from '../architecture/config.ts';
import { loraFor } from '../architecture/lora.ts';
import { parameterCount } from '../architecture/parameters.ts';

/**
 * Bytes by which the process grows (CPU, f32), rounded up. Measured on 24 layers of width 576 with the upper half
 * adapted.
 */
const BYTES = { perParameter: 2, perActivation: 8 } as const;

export interface MemoryRequirements {
  /** Tokens in a micro-batch. */
  readonly tokens: number;
  /** Bytes that the process may grow by. */
  readonly available: number;
}

/** Throws CodedError 'out-of-memory'. */
export function checkMemory(config: ModelConfig, { tokens, available }: MemoryRequirements): void {
  const { firstLayer = 0 } = loraFor(config);
  // Bytes of the values that the forward pass keeps for the backward pass.
  const activations = tokens * (config.layers - firstLayer) * (config.hiddenSize + config.intermediateSize) * 4;
  const needs = BYTES.perParameter * parameterCount(config) + BYTES.perActivation * activations;
  if (needs <= available) return;
  throw new CodedError(
    'out-of-memory',
    `Fine-tuning needs ${megabytes(needs)} of memory, and ${megabytes(Math.max(0, available))} are free within its limit. Close other programs, raise the limit (easyAdaptation.memory, or --memory), or choose a smaller base.`,
  );
}
