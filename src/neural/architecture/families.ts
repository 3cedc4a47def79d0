// A row a family: what its layers have of what the recipe can do, and how its config.json says so.

/** What differs between families; where it shows in the layer, `layerParameters` and the recipe read it. */
export interface Traits {
  /** Biases on the query, key and value projections; `outputBias` on the output projection too. */
  readonly attentionBias: boolean;
  readonly outputBias: boolean;
  /** Each head's queries and keys are normed before they turn. Absent: as they are. */
  readonly headNorms?: boolean;
}

export interface Family {
  /** The class in Hugging Face's transformers. */
  readonly architecture: string;
  readonly read: (json: Readonly<Record<string, unknown>>) => Traits;
  /** The keys of config.json that `read` reads, and those that transformers expects beside them. */
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
