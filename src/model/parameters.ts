// The parameters of a decoder: names as in Hugging Face's transformers, shapes, which are linear layers, and random initial values.
import { CodedError } from '../common/errors.ts';
import { normals } from '../common/random.ts';
import { MEND, type ModelConfig } from './config.ts';

export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /** 'linear': a hidden matrix [out, in], the kind that LoRA adapts and Muon updates. */
  readonly kind: 'embedding' | 'head' | 'linear' | 'bias' | 'norm';
}

/** Values by parameter name, row-major. */
export type Weights = ReadonlyMap<string, Float32Array>;

export const EMBEDDING = 'model.embed_tokens.weight';
export const HEAD = 'lm_head.weight';
export const FINAL_NORM = 'model.norm.weight';

export function layerPrefix(layer: number): string {
  return `model.layers.${layer}.`;
}

export function parameterSpecs(config: ModelConfig): ParameterSpec[] {
  const { vocabSize, hiddenSize: d, intermediateSize: ff, heads, keyValueHeads, headDim } = config;
  const q = heads * headDim;
  const kv = keyValueHeads * headDim;
  const specs: ParameterSpec[] = [{ name: EMBEDDING, shape: [vocabSize, d], kind: 'embedding' }];
  const linear = (prefix: string, out: number, inner: number, bias: boolean) => {
    specs.push({ name: `${prefix}.weight`, shape: [out, inner], kind: 'linear' });
    if (bias) specs.push({ name: `${prefix}.bias`, shape: [out], kind: 'bias' });
  };
  for (let layer = 0; layer < config.layers; layer++) {
    const at = layerPrefix(layer);
    specs.push({ name: `${at}input_layernorm.weight`, shape: [d], kind: 'norm' });
    linear(`${at}self_attn.q_proj`, q, d, config.attentionBias);
    linear(`${at}self_attn.k_proj`, kv, d, config.attentionBias);
    linear(`${at}self_attn.v_proj`, kv, d, config.attentionBias);
    linear(`${at}self_attn.o_proj`, d, q, config.outputBias);
    specs.push({ name: `${at}post_attention_layernorm.weight`, shape: [d], kind: 'norm' });
    linear(`${at}mlp.gate_proj`, ff, d, false);
    linear(`${at}mlp.up_proj`, ff, d, false);
    linear(`${at}mlp.down_proj`, d, ff, false);
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

/** Whether there is no NaN or infinity among float32 values. */
export function allFinite(data: Float32Array): boolean {
  // Either survives a sum, and finite ones cannot overflow it: it is in double precision.
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i] as number;
  return Number.isFinite(sum);
}

/** Throws CodedError 'corrupt', naming the first tensor that is missing, has the wrong size, or holds a NaN or infinity. */
export function checkWeights(specs: readonly ParameterSpec[], weights: Weights): void {
  for (const { name, shape } of specs) {
    const data = weights.get(name);
    if (!data) throw new CodedError('corrupt', `The model has no tensor '${name}'. ${MEND}`);
    if (data.length !== elements(shape)) {
      throw new CodedError(
        'corrupt',
        `The model's tensor '${name}' has ${data.length} elements, not [${shape.join(', ')}]. ${MEND}`,
      );
    }
    if (!allFinite(data)) {
      throw new CodedError('corrupt', `The model's tensor '${name}' holds values that are no numbers. ${MEND}`);
    }
  }
}

/** GPT-2's scheme: matrices N(0, range), those that write to the residual stream divided by sqrt(2 layers); norms 1, biases 0. */
export function initialWeights(config: ModelConfig, seed: number): Map<string, Float32Array> {
  const next = normals(seed);
  const weights = new Map<string, Float32Array>();
  for (const { name, shape, kind } of parameterSpecs(config)) {
    const data = new Float32Array(elements(shape));
    if (kind === 'norm') data.fill(1);
    else if (kind !== 'bias') {
      const residual = name.endsWith('o_proj.weight') || name.endsWith('down_proj.weight');
      const deviation = config.initializerRange / (residual ? Math.sqrt(2 * config.layers) : 1);
      for (let i = 0; i < data.length; i++) data[i] = deviation * next();
    }
    weights.set(name, data);
  }
  return weights;
}
