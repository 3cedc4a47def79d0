// Full fine-tuning or adapters, by the memory there is.

import type { ModelConfig } from '../arch/config.ts';
import type { LoraConfig } from '../arch/lora.ts';
import { parameterCount } from '../arch/parameters.ts';
import { CodedError } from '../common/errors.ts';

/** All linear layers: at this rank a fortieth of preset S's parameters. */
export const DEFAULT_LORA: LoraConfig = {
  rank: 16,
  alpha: 32,
  targets: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'],
};

/** Best first. Bytes that the process grows by, as measured on preset S (CPU, f32), rounded up. */
const METHODS = [
  // Weights, two moments and sums of gradients, and the model as it was read.
  { name: 'full fine-tuning', lora: undefined, perParameter: 22, perActivation: 13 },
  { name: 'adapters (LoRA)', lora: DEFAULT_LORA, perParameter: 9, perActivation: 10 },
] as const;

export interface Method {
  readonly name: (typeof METHODS)[number]['name'];
  /** Undefined: every parameter is trained. */
  readonly lora: LoraConfig | undefined;
  /** For people. */
  readonly reason: string;
}

export function methodOf(lora: LoraConfig | undefined, reason: string): Method {
  return { name: METHODS[lora ? 1 : 0].name, lora, reason };
}

/**
 * The best method that fits. Throws CodedError 'out-of-memory' where none does.
 * @param tokens in a micro-batch
 * @param available bytes that the process may grow by
 */
export function chooseMethod(config: ModelConfig, tokens: number, available: number): Method {
  const parameters = parameterCount(config);
  // What a token leaves behind in each layer for the way back, counted in values of the layer's widths.
  const activations = tokens * config.layers * (config.hiddenSize + config.intermediateSize) * 4;
  const megabytes = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`;
  const needs = METHODS.map((row) => row.perParameter * parameters + row.perActivation * activations);
  for (const [i, { name, lora }] of METHODS.entries()) {
    if ((needs[i] as number) > available) continue;
    return { name, lora, reason: `needs ${megabytes(needs[i] as number)} of ${megabytes(available)} free` };
  }
  throw new CodedError(
    'out-of-memory',
    `Fine-tuning needs ${megabytes(needs.at(-1) as number)} of memory, and ${megabytes(Math.max(0, available))} are free. Close other programs, or raise the engine's memory limit.`,
  );
}
