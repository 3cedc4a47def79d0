// The parameters of a decoder: their shapes, and their names as in Hugging Face's transformers.
import type { ModelConfig } from './config.ts';

export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /** 'linear': a hidden matrix [out, in], the kind that LoRA adapts. */
  readonly kind: 'embedding' | 'head' | 'linear' | 'bias' | 'norm';
}

/** Values by parameter name, row-major. */
export type Weights = ReadonlyMap<string, Float32Array>;

export const EMBEDDING = 'model.embed_tokens.weight';
export const HEAD = 'lm_head.weight';
export const FINAL_NORM = 'model.norm.weight';

/** A matrix [out, inner], and its bias [out]. */
export interface LinearLayer {
  readonly weight: string;
  readonly bias?: string;
  readonly out: number;
  readonly inner: number;
}

/** The parameters of one layer by their purpose, in the order of a file. */
export interface LayerParameters {
  readonly index: number;
  /** Before attention. */
  readonly inputNorm: string;
  readonly query: LinearLayer;
  readonly key: LinearLayer;
  readonly value: LinearLayer;
  /** Of each head's queries and keys; absent if the family has none. */
  readonly queryNorm?: string;
  readonly keyNorm?: string;
  readonly output: LinearLayer;
  /** Before the feed-forward block. */
  readonly middleNorm: string;
  readonly gate: LinearLayer;
  readonly up: LinearLayer;
  readonly down: LinearLayer;
}

export function layerParameters(config: ModelConfig, index: number): LayerParameters {
  const { hiddenSize: d, intermediateSize: ff, attentionBias, outputBias, headNorms } = config;
  const q = config.heads * config.headDim;
  const kv = config.keyValueHeads * config.headDim;
  const at = `model.layers.${index}.`;
  const linear = (name: string, out: number, inner: number, bias = false): LinearLayer => ({
    weight: `${at}${name}.weight`,
    ...(bias ? { bias: `${at}${name}.bias` } : {}),
    out,
    inner,
  });
  return {
    index,
    inputNorm: `${at}input_layernorm.weight`,
    query: linear('self_attn.q_proj', q, d, attentionBias),
    key: linear('self_attn.k_proj', kv, d, attentionBias),
    value: linear('self_attn.v_proj', kv, d, attentionBias),
    ...(headNorms && { queryNorm: `${at}self_attn.q_norm.weight`, keyNorm: `${at}self_attn.k_norm.weight` }),
    output: linear('self_attn.o_proj', d, q, outputBias),
    middleNorm: `${at}post_attention_layernorm.weight`,
    gate: linear('mlp.gate_proj', ff, d),
    up: linear('mlp.up_proj', ff, d),
    down: linear('mlp.down_proj', d, ff),
  };
}

/** The output matrix [vocabulary, hidden]: the embedding itself if they are tied. */
export function headLayer({ vocabSize, hiddenSize, tied }: ModelConfig): LinearLayer {
  return { weight: tied ? EMBEDDING : HEAD, out: vocabSize, inner: hiddenSize };
}

export function parameterSpecs(config: ModelConfig): ParameterSpec[] {
  const { vocabSize, hiddenSize: d } = config;
  const specs: ParameterSpec[] = [{ name: EMBEDDING, shape: [vocabSize, d], kind: 'embedding' }];
  for (let i = 0; i < config.layers; i++) {
    const { index: _, ...parts } = layerParameters(config, i);
    for (const part of Object.values(parts)) {
      if (typeof part === 'string') {
        const isOfHeads = part === parts.queryNorm || part === parts.keyNorm;
        specs.push({ name: part, shape: [isOfHeads ? config.headDim : d], kind: 'norm' });
        continue;
      }
      specs.push({ name: part.weight, shape: [part.out, part.inner], kind: 'linear' });
      if (part.bias !== undefined) specs.push({ name: part.bias, shape: [part.out], kind: 'bias' });
    }
  }
  specs.push({ name: FINAL_NORM, shape: [d], kind: 'norm' });
  if (!config.tied) specs.push({ name: HEAD, shape: [vocabSize, d], kind: 'head' });
  return specs;
}

export function elements(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

export function parameterCount(config: ModelConfig): number {
  return parameterSpecs(config).reduce((sum, { shape }) => sum + elements(shape), 0);
}

/** Whether float32 values hold neither NaN nor infinity. */
export function allFinite(data: Float32Array): boolean {
  // NaN and infinity survive a sum, and finite float32 values cannot overflow it in double precision.
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i] as number;
  return Number.isFinite(sum);
}
