// One row per model family: the features of its layers, and the keys of its config.json.

/** Differences between families, read by `layerParameters` and the recipe. */
export interface Traits {
  /** Biases on the query, key and value projections; `outputBias` on the output projection too. */
  readonly attentionBias: boolean;
  readonly outputBias: boolean;
  /** Norms of each head's queries and keys before the rotation. Absent: none. */
  readonly headNorms?: boolean;
}

export interface Family {
  /** Its class in Hugging Face's transformers. */
  readonly architecture: string;
  readonly read: (json: Readonly<Record<string, unknown>>) => Traits;
  /** Writes the family's keys of config.json, and those that transformers expects beside them. */
  readonly write: (traits: Traits) => Readonly<Record<string, unknown>>;
}

export const FAMILIES = {
  llama: {
    architecture: 'LlamaForCausalLM',
    read: (json) => ({ attentionBias: json.attention_bias === true, outputBias: json.attention_bias === true }),
    write: ({ attentionBias }) => ({ attention_bias: attentionBias, mlp_bias: false }),
  },
  qwen2: {
    architecture: 'Qwen2ForCausalLM',
    read: () => ({ attentionBias: true, outputBias: false }),
    write: () => ({}),
  },
  qwen3: {
    architecture: 'Qwen3ForCausalLM',
    read: ({ attention_bias: bias }) => ({ attentionBias: bias === true, outputBias: bias === true, headNorms: true }),
    write: ({ attentionBias }) => ({ attention_bias: attentionBias }),
  },
} as const satisfies Record<string, Family>;

export type ModelType = keyof typeof FAMILIES;
