// A decoder's shape as Hugging Face's config.json, read and written.

import { failed, ok, type Result } from '../../common/errors.ts';
import type { ModelConfig } from '../architecture/config.ts';
import { MEND } from '../architecture/decoder-values.ts';
import { FAMILIES, type Family, type ModelType } from '../architecture/families.ts';
import { isRopeKind, ropeDivisorsOf, ropeKind, ropeScalingOf } from './rope-scaling.ts';

type Json = Readonly<Record<string, unknown>>;

/** No published model comes near these: what claims more is damaged, or made to take memory. */
const MOST = {
  vocab_size: 2 ** 20,
  hidden_size: 2 ** 15,
  intermediate_size: 2 ** 17,
  num_hidden_layers: 512,
  num_attention_heads: 512,
  num_key_value_heads: 512,
  head_dim: 1024,
  max_position_embeddings: 2 ** 24,
} as const;

/** Fails with 'corrupt' where the file is no usable config, 'unsupported' where the model needs what we do not have. */
export function parseConfig(text: string): Result<ModelConfig> {
  let json: Json;
  try {
    json = JSON.parse(text) as Json;
  } catch {
    return failed('corrupt', `config.json is not valid JSON. ${MEND}`);
  }
  if (!isObject(json)) return failed('corrupt', `config.json holds no object. ${MEND}`);
  const modelType = json.model_type;
  if (!isModelType(modelType)) {
    const known = Object.keys(FAMILIES).join(' and ');
    return failed('unsupported', `Models of type ${shown(modelType)} are not supported; ${known} are. ${MEND}`);
  }
  const reason = unsupported(json);
  if (reason) return failed('unsupported', `This ${modelType} model uses ${reason}, which is not supported. ${MEND}`);

  const missing: string[] = [];
  const size = (key: keyof typeof MOST, fallback?: number): number => {
    const value = json[key] ?? fallback;
    if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= MOST[key]) return value;
    missing.push(key);
    return 1;
  };
  const rope = isObject(json.rope_parameters) ? json.rope_parameters : {};
  const heads = size('num_attention_heads');
  const hiddenSize = size('hidden_size');
  const config: ModelConfig = {
    modelType,
    vocabSize: size('vocab_size'),
    hiddenSize,
    intermediateSize: size('intermediate_size'),
    layers: size('num_hidden_layers'),
    heads,
    keyValueHeads: size('num_key_value_heads', heads),
    headDim: size('head_dim', hiddenSize / heads),
    contextLength: size('max_position_embeddings', 2048),
    normEpsilon: positive(json.rms_norm_eps, 1e-6),
    ropeTheta: positive(json.rope_theta ?? rope.rope_theta, 10000),
    ...FAMILIES[modelType].read(json),
    tied: json.tie_word_embeddings === true,
    initializerRange: positive(json.initializer_range, 0.02),
    ...(typeof json.bos_token_id === 'number' ? { bosTokenId: json.bos_token_id } : {}),
    ...(typeof json.eos_token_id === 'number' ? { eosTokenId: json.eos_token_id } : {}),
  };
  if (missing.length > 0) return failed('corrupt', `config.json has no usable ${missing.join(', ')}. ${MEND}`);
  if (config.heads % config.keyValueHeads !== 0 || config.headDim % 2 !== 0) {
    return failed('corrupt', `config.json: heads must be a multiple of key/value heads, the head size even. ${MEND}`);
  }
  const ropeDivisors = ropeDivisorsOf(json, config);
  if (ropeDivisors === 'unusable') return failed('corrupt', `config.json has no usable rotary scaling. ${MEND}`);
  return ok(ropeDivisors ? { ...config, ropeDivisors } : config);
}

function isModelType(value: unknown): value is ModelType {
  return typeof value === 'string' && Object.hasOwn(FAMILIES, value);
}

function unsupported(json: Json): string | undefined {
  const kind = ropeKind(json);
  if (!isRopeKind(kind)) return `rotary scaling ${shown(kind)}`;
  if (json.hidden_act !== undefined && json.hidden_act !== 'silu') return `activation ${shown(json.hidden_act)}`;
  if (json.mlp_bias === true) return 'biases in the feed-forward block';
  if (json.use_sliding_window === true) return 'a sliding window';
  return undefined;
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** It comes from the file: it may be anything, of any length. */
function shown(value: unknown): string {
  return typeof value === 'string' ? `'${value.slice(0, 40)}'` : `'${value === null ? 'null' : typeof value}'`;
}

function positive(value: unknown, fallback: number): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : fallback;
}

/** The same model as Hugging Face's transformers would describe it. */
export function writeConfig(config: ModelConfig, dtype: string): string {
  const family: Family = FAMILIES[config.modelType];
  const json = {
    architectures: [family.architecture],
    model_type: config.modelType,
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
    ...ropeScalingOf(config),
    hidden_act: 'silu',
    tie_word_embeddings: config.tied,
    ...family.write(config),
    initializer_range: config.initializerRange,
    ...(config.bosTokenId === undefined ? {} : { bos_token_id: config.bosTokenId }),
    ...(config.eosTokenId === undefined ? {} : { eos_token_id: config.eosTokenId }),
    torch_dtype: dtype,
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}
