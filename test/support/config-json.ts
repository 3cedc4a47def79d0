// Writes config.json, which the bases that ship bring along.
import type { ModelConfig } from '../../src/neural/architecture/parameters.ts';

/** The same model as Hugging Face's transformers would describe it. */
export function writeConfig(config: ModelConfig, dtype: string): string {
  const json = {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    vocab_size: config.vocabSize,
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    num_key_value_heads: config.keyValueHeads,
    head_dim: config.headDim,
    max_position_embeddings: config.contextLength,
    rms_norm_eps: config.normEpsilon,
    rope_theta: config.ropeTheta,
    hidden_act: 'silu',
    tie_word_embeddings: true,
    attention_bias: false,
    mlp_bias: false,
    torch_dtype: dtype,
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}
