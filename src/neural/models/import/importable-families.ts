// A row a family that can be brought: which of ours computes the same, and what its files call things.

import type { ModelType } from '../../architecture/families.ts';
import { corrupt } from './source.ts';

/** What a family multiplies by beside its weights; what it states is folded into them, so that ours computes the same. */
export interface Multipliers {
  /** The embedding's rows, on their way in. */
  readonly embedding: number;
  /** What attention and feed-forward block add to the residual stream. */
  readonly residual: number;
  /** Scores, in place of 1 / sqrt(headDim). */
  readonly attention: number | undefined;
  /** Logits are divided by it. */
  readonly logits: number;
}

export interface ImportableFamily {
  readonly as: ModelType;
  /** In a GGUF the rows of q and k lie in pairs (llama.cpp's NORM rotation). */
  readonly paired: boolean;
  /** Names of its multipliers, in config.json and behind its own name in a GGUF. */
  readonly multipliers?: Readonly<Record<keyof Multipliers, readonly [json: string, gguf: string]>>;
}

/** By model_type of config.json, which for these is general.architecture of a GGUF too. */
export const IMPORTABLE_FAMILIES: Readonly<Record<string, ImportableFamily>> = {
  llama: { as: 'llama', paired: true },
  // In a GGUF it calls itself llama. Its window, where it has one, is the longest context that it is given.
  mistral: { as: 'llama', paired: true },
  qwen2: { as: 'qwen2', paired: false },
  qwen3: { as: 'qwen3', paired: false },
  granite: {
    as: 'llama',
    paired: true,
    multipliers: {
      embedding: ['embedding_multiplier', 'embedding_scale'],
      residual: ['residual_multiplier', 'residual_scale'],
      attention: ['attention_multiplier', 'attention.scale'],
      logits: ['logits_scaling', 'logit_scale'],
    },
  },
};

export const KNOWN_FAMILIES = Object.keys(IMPORTABLE_FAMILIES).join(', ');

/** What to multiply each parameter by, by its name without 'model.layers.N.'. */
export function multiplierOf(
  { embedding, residual, attention, logits }: Multipliers,
  { headDim, tied }: { readonly headDim: number; readonly tied: boolean },
): (name: string) => number {
  const rows: Readonly<Record<string, number>> = {
    'model.embed_tokens.weight': embedding,
    'self_attn.q_proj.weight': attention === undefined ? 1 : attention * Math.sqrt(headDim),
    'self_attn.q_proj.bias': attention === undefined ? 1 : attention * Math.sqrt(headDim),
    'self_attn.o_proj.weight': residual,
    'self_attn.o_proj.bias': residual,
    'mlp.down_proj.weight': residual,
    // An embedding that is the output matrix, too, comes multiplied to the logits.
    'model.norm.weight': 1 / (logits * (tied ? embedding : 1)),
  };
  return (name) => rows[name.replace(/^model\.layers\.\d+\./, '')] ?? 1;
}

/** Throws CodedError 'corrupt' where one is no usable number. */
export function checkedMultipliers(multipliers: Multipliers): Multipliers {
  for (const value of Object.values(multipliers)) {
    if (value !== undefined && !(Number.isFinite(value) && value > 0)) throw corrupt('its multipliers are no numbers');
  }
  return multipliers;
}
