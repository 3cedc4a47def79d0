// A model on disk in Hugging Face's layout: config.json and model.safetensors; matrices may lie there packed in 4 bits.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelConfig } from '../arch/config.ts';
import { MEND, type Model } from '../arch/model.ts';
import { checkWeights, parameterCount, parameterSpecs, type Weights } from '../arch/parameters.ts';
import { dequantize, type Quantized } from '../arch/quantize.ts';
import { CodedError, messageOf } from '../common/errors.ts';
import { replaceFile } from '../common/files.ts';
import { parseConfig, writeConfig } from './config.ts';
import { packedMatrix, packedNames } from './packed.ts';
import { readSafetensors, type StoredType, writeSafetensors } from './safetensors.ts';

const CONFIG = 'config.json';
const WEIGHTS = 'model.safetensors';
const TORCH: Readonly<Record<StoredType, string>> = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' };

/** Bytes; the largest that is known has a few thousand. */
const MOST_CONFIG = 1e6;
/** Bytes of a parameter in the shortest form that is read, its share of a scale left out. */
const LEAST_WIDTH = 0.5;

/**
 * Throws CodedError 'unreadable', 'corrupt' or 'unsupported'. Tensors that the decoder does not use are left out. A config that claims
 * more than the file of weights can hold is refused before that is read.
 * @param as 'stored' leaves packed matrices as they are, for serving: an eighth of the memory
 */
export function loadModel(folder: string, as: 'values' | 'stored' = 'values'): Model {
  const read = <T>(name: string, how: (path: string) => T): T => {
    try {
      return how(join(folder, name));
    } catch (cause) {
      throw new CodedError('unreadable', `The model's ${name} cannot be read: ${messageOf(cause)}. ${MEND}`, { cause });
    }
  };
  const sizeOf = (path: string) => statSync(path).size;
  if (read(CONFIG, sizeOf) > MOST_CONFIG) throw new CodedError('corrupt', `The model's ${CONFIG} is none. ${MEND}`);
  const config = parseConfig(read(CONFIG, (path) => readFileSync(path, 'utf8')));
  if (!config.ok) throw new CodedError(config.error.code, config.error.message);
  if (parameterCount(config.value) * LEAST_WIDTH > read(WEIGHTS, sizeOf)) {
    throw new CodedError('corrupt', `The model's ${WEIGHTS} is smaller than its ${CONFIG} says. ${MEND}`);
  }
  const specs = parameterSpecs(config.value);
  const { tensors, bytes } = readSafetensors(read(WEIGHTS, (path) => readFileSync(path)));
  const weights = new Map<string, Float32Array>();
  const packed = new Map<string, Quantized>();
  for (const { name, shape } of specs) {
    const names = packedNames(name);
    const data = bytes.get(names.data)?.data;
    const [rows, columns] = shape;
    if (data && rows !== undefined && columns !== undefined) {
      const matrix = packedMatrix(name, rows, columns, data, tensors.get(names.scales)?.data);
      if (as === 'stored') packed.set(name, matrix);
      else weights.set(name, dequantize(matrix));
      continue;
    }
    const tensor = tensors.get(name);
    if (tensor) weights.set(name, tensor.data);
  }
  checkWeights(
    specs.filter(({ name }) => !packed.has(name)),
    weights,
  );
  return { config: config.value, weights, packed };
}

/** The weights are swapped in first: a config without its weights is no model, weights with the old config are refused by size. */
export function saveModel(folder: string, config: ModelConfig, weights: Weights, type: StoredType): void {
  const specs = parameterSpecs(config);
  checkWeights(specs, weights);
  const tensors = specs.map(({ name, shape }) => [name, { shape, data: weights.get(name) as Float32Array }] as const);
  replaceFile(join(folder, WEIGHTS), writeSafetensors(tensors, type));
  replaceFile(join(folder, CONFIG), [new TextEncoder().encode(writeConfig(config, TORCH[type]))]);
}
