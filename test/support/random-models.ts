// Decoders of the sizes that ship with random weights, for tests and benchmarks that need no trained model.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { normals } from '../../src/common/statistics/random.ts';
import { elements, type ModelConfig, parameterSpecs, type Weights } from '../../src/neural/architecture/parameters.ts';
import { type StoredType, writeSafetensors } from '../../src/neural/models/safetensors.ts';
import { writeConfig } from './config-json.ts';

/** What all sizes have in common. */
export const COMMON = {
  contextLength: 1024,
  normEpsilon: 1e-5,
  ropeTheta: 10000,
} as const;

/** Sizes of the bases that ship, without a vocabulary. With 16,384 tokens S has 16.6 M parameters, M 115.6 M. */
export const PRESETS = {
  S: { ...COMMON, hiddenSize: 384, intermediateSize: 1152, layers: 6, heads: 6, keyValueHeads: 2, headDim: 64 },
  M: {
    ...COMMON,
    contextLength: 2048,
    ropeTheta: 100_000,
    hiddenSize: 576,
    intermediateSize: 1536,
    layers: 30,
    heads: 9,
    keyValueHeads: 3,
    headDim: 64,
  },
} as const satisfies Record<string, Omit<ModelConfig, 'vocabSize'>>;

/** GPT-2's scheme: matrices N(0, range), those that write to the residual stream divided by sqrt(2 layers); norms 1. */
export function initialWeights(config: ModelConfig, seed: number, range = 0.2): Map<string, Float32Array> {
  const next = normals(seed);
  const weights = new Map<string, Float32Array>();
  for (const { name, shape, kind } of parameterSpecs(config)) {
    const data = new Float32Array(elements(shape));
    if (kind === 'norm') data.fill(1);
    else {
      const residual = name.endsWith('o_proj.weight') || name.endsWith('down_proj.weight');
      const deviation = range / (residual ? Math.sqrt(2 * config.layers) : 1);
      for (let i = 0; i < data.length; i++) data[i] = deviation * next();
    }
    weights.set(name, data);
  }
  return weights;
}

/** Writes config.json and model.safetensors with a value for each parameter, as Hugging Face's transformers does. */
export function saveValues(folder: string, config: ModelConfig, weights: Weights, type: StoredType): void {
  const tensors = parameterSpecs(config).flatMap(({ name, shape }) => {
    const data = weights.get(name);
    return data ? [[name, { shape, data }] as const] : [];
  });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.safetensors'), Buffer.concat([...writeSafetensors(tensors, type)]));
  writeFileSync(join(folder, 'config.json'), writeConfig(config, type === 'F16' ? 'float16' : 'float32'));
}
