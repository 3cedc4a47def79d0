// The families whose weights can be read, one row each: our family that computes the same, and the names in a GGUF.

import type { ModelType } from '../../architecture/families.ts';
import { corrupt } from './source.ts';

/** Factors of a family beside its weights. They are folded into the weights, so that our family computes the same. */
export interface Multipliers {
  /** Factor of the embedding's rows on input. */
  readonly embedding: number;
  /** Factor of the outputs of attention and feed-forward block into the residual stream. */
  readonly residual: number;
  /** Factor of the attention scores, in place of 1 / sqrt(headDim). */
  readonly attention: number | undefined;
  /** Divisor of the logits. */
  readonly logits: number;
}

export interface ImportableFamily {
  readonly as: ModelType;
  /** In a GGUF the rows of q and k are interleaved in pairs (llama.cpp's NORM rotation). */
  readonly interleavesHeads: boolean;
  /** Metadata keys of the multipliers, after the family's name. */
  readonly multipliers?: Readonly<Record<keyof Multipliers, string>>;
}

/** By general.architecture. */
export const IMPORTABLE_FAMILIES: Readonly<Record<string, ImportableFamily>> = {
  llama: { as: 'llama', interleavesHeads: true },
  qwen2: { as: 'qwen2', interleavesHeads: false },
  qwen3: { as: 'qwen3', interleavesHeads: false },
  granite: {
    as: 'llama',
    interleavesHeads: true,
    multipliers: {
      embedding: 'embedding_scale',
      residual: 'residual_scale',
      attention: 'attention.scale',
      logits: 'logit_scale',
    },
  },
};

export const KNOWN_FAMILIES = Object.keys(IMPORTABLE_FAMILIES).join(', ');

/** The factor of each parameter, by its name without 'model.layers.N.'. */
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
    // A tied embedding also scales the logits.
    'model.norm.weight': 1 / (logits * (tied ? embedding : 1)),
  };
  return (name) => rows[name.replace(/^model\.layers\.\d+\./, '')] ?? 1;
}

/** Throws CodedError 'corrupt' if one is not a usable number. */
export function checkedMultipliers(multipliers: Multipliers): Multipliers {
  for (const value of Object.values(multipliers)) {
    if (value !== undefined && !(Number.isFinite(value) && value > 0)) throw corrupt('its multipliers are no numbers');
  }
  return multipliers;
}
