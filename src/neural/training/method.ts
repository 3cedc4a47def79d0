// Chooses full fine-tuning or adapters by the available memory.

import { CodedError } from '../../common/errors.ts';
import { megabytes } from '../../common/format.ts';
import type { ModelConfig } from '../architecture/config.ts';
import { LORA_TARGETS, type LoraConfig } from '../architecture/lora.ts';
import { parameterCount } from '../architecture/parameters.ts';

/** Adapts all linear layers. At this rank the adapters have a fortieth of the small base's parameters. */
export const DEFAULT_LORA: LoraConfig = { rank: 16, alpha: 32, targets: LORA_TARGETS };

/**
 * Models with more layers adapt only the upper half. This takes three quarters of the time, and half of the memory for
 * activations.
 */
const ALL_LAYERS = 12;

export function loraFor({ layers }: ModelConfig): LoraConfig {
  return layers <= ALL_LAYERS ? DEFAULT_LORA : { ...DEFAULT_LORA, firstLayer: layers >> 1 };
}

const FULL = 'full fine-tuning';
const ADAPTERS = 'adapters (LoRA)';

/**
 * Bytes by which the process grows (CPU, f32), rounded up. Measured on the small base, and for adapters on 24 layers of
 * width 576 with the upper half adapted.
 */
const NEEDS = {
  // Weights, two moments, sums of gradients, and the model as it was read.
  [FULL]: { perParameter: 22, perActivation: 13 },
  [ADAPTERS]: { perParameter: 2, perActivation: 4 },
} as const;
/** The time of an adaptation is too short to train more parameters than this. */
const MOST_TRAINED = 4e7;

export interface Method {
  readonly name: typeof FULL | typeof ADAPTERS;
  /** Undefined: all parameters are trained. */
  readonly lora: LoraConfig | undefined;
  /** Shown to users. */
  readonly reason: string;
}

export function methodOf(lora: LoraConfig | undefined, reason: string): Method {
  return { name: lora ? ADAPTERS : FULL, lora, reason };
}

export interface MemoryRequirements {
  /** Tokens in a micro-batch. */
  readonly tokens: number;
  /** Bytes that the process may grow by. */
  readonly available: number;
}

/** The best method that fits. Throws CodedError 'out-of-memory' if none does. */
export function chooseMethod(config: ModelConfig, { tokens, available }: MemoryRequirements): Method {
  const parameters = parameterCount(config);
  // Bytes of the values that the forward pass keeps for the backward pass.
  const activations = tokens * config.layers * (config.hiddenSize + config.intermediateSize) * 4;
  let needs = 0;
  for (const name of [FULL, ADAPTERS] as const) {
    if (name === FULL && parameters > MOST_TRAINED) continue;
    const { perParameter, perActivation } = NEEDS[name];
    needs = perParameter * parameters + perActivation * activations;
    if (needs > available) continue;
    const reason = `needs ${megabytes(needs)} of ${megabytes(available)} free`;
    return methodOf(name === FULL ? undefined : loraFor(config), reason);
  }
  throw new CodedError(
    'out-of-memory',
    `Fine-tuning needs ${megabytes(needs)} of memory, and ${megabytes(Math.max(0, available))} are free within its limit. Close other programs, raise the limit (easyAdaptation.memory, or --memory), or choose a smaller base.`,
  );
}
