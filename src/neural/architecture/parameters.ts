// The shape of a decoder: Llama's layers without biases, whose output matrix is the embedding. Also its parameters:
// their shapes, and their names as in Hugging Face's transformers.

export interface ModelConfig {
  readonly vocabSize: number;
  /** Width of the residual stream. */
  readonly hiddenSize: number;
  /** Width inside the feed-forward block. */
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  /** Key/value heads; each serves heads / keyValueHeads query heads. */
  readonly keyValueHeads: number;
  readonly headDim: number;
  /** Longest sequence it was made for, tokens. */
  readonly contextLength: number;
  readonly normEpsilon: number;
  readonly ropeTheta: number;
}

export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /** 'linear': a hidden matrix [out, in], the kind that LoRA adapts. */
  readonly kind: 'embedding' | 'linear' | 'norm';
}

/** Values by parameter name, row-major. */
export type Weights = ReadonlyMap<string, Float32Array>;

export const EMBEDDING = 'model.embed_tokens.weight';
export const FINAL_NORM = 'model.norm.weight';

/** A matrix [out, inner]. */
export interface LinearLayer {
  readonly weight: string;
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
  readonly output: LinearLayer;
  /** Before the feed-forward block. */
  readonly middleNorm: string;
  readonly gate: LinearLayer;
  readonly up: LinearLayer;
  readonly down: LinearLayer;
}

export function layerParameters(config: ModelConfig, index: number): LayerParameters {
  const { hiddenSize: d, intermediateSize: ff } = config;
  const q = config.heads * config.headDim;
  const kv = config.keyValueHeads * config.headDim;
  const at = `model.layers.${index}.`;
  const linear = (name: string, out: number, inner: number): LinearLayer => ({
    weight: `${at}${name}.weight`,
    out,
    inner,
  });
  return {
    index,
    inputNorm: `${at}input_layernorm.weight`,
    query: linear('self_attn.q_proj', q, d),
    key: linear('self_attn.k_proj', kv, d),
    value: linear('self_attn.v_proj', kv, d),
    output: linear('self_attn.o_proj', d, q),
    middleNorm: `${at}post_attention_layernorm.weight`,
    gate: linear('mlp.gate_proj', ff, d),
    up: linear('mlp.up_proj', ff, d),
    down: linear('mlp.down_proj', d, ff),
  };
}

/** The output matrix [vocabulary, hidden]: the embedding. */
export function headLayer({ vocabSize, hiddenSize }: ModelConfig): LinearLayer {
  return { weight: EMBEDDING, out: vocabSize, inner: hiddenSize };
}

export function parameterSpecs(config: ModelConfig): ParameterSpec[] {
  const { vocabSize, hiddenSize: d } = config;
  const specs: ParameterSpec[] = [{ name: EMBEDDING, shape: [vocabSize, d], kind: 'embedding' }];
  for (let i = 0; i < config.layers; i++) {
    const { index: _, ...parts } = layerParameters(config, i);
    for (const part of Object.values(parts)) {
      if (typeof part === 'string') specs.push({ name: part, shape: [d], kind: 'norm' });
      else specs.push({ name: part.weight, shape: [part.out, part.inner], kind: 'linear' });
    }
  }
  specs.push({ name: FINAL_NORM, shape: [d], kind: 'norm' });
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
