// An adapter on disk in the layout of peft: adapter_config.json and adapter_model.safetensors, which Python's peft can
// load.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError, messageOf } from '../../common/errors.ts';
import { replaceFile } from '../../common/files.ts';
import { isObject } from '../../common/schemas.ts';
import type { ModelConfig } from '../architecture/config.ts';
import { checkWeights, REPAIR_ADVICE } from '../architecture/decoder-values.ts';
import { type Adapter, adapterSpecs, isLoraTarget, type LoraConfig } from '../architecture/lora.ts';
import { ADAPTER, ADAPTER_CONFIG } from './manifest.ts';
import { readSafetensors, type StoredType, writeSafetensors } from './safetensors.ts';

/** Peft's prefix for the names of tensors. */
const PREFIX = 'base_model.model.';
/** Bytes; our configs have some hundreds. */
const MAX_CONFIG_BYTES = 1e5;
const MAX_RANK = 1024;

/** Replaces the weights first, because a config without weights would not be a usable adapter. */
export function saveAdapter(
  folder: string,
  config: ModelConfig,
  { lora, weights }: Adapter,
  base: string,
  type: StoredType,
): void {
  const specs = adapterSpecs(config, lora);
  checkWeights(specs, weights);
  const tensors = specs.map(
    ({ name, shape }) => [PREFIX + name, { shape, data: weights.get(name) as Float32Array }] as const,
  );
  const { rank, alpha, targets, firstLayer = 0 } = lora;
  const json = {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: base,
    r: rank,
    lora_alpha: alpha,
    target_modules: targets,
    ...(firstLayer > 0 && { layers_to_transform: range(firstLayer, config.layers), layers_pattern: 'layers' }),
    bias: 'none',
    lora_dropout: 0,
    inference_mode: true,
  };
  replaceFile(join(folder, ADAPTER), writeSafetensors(tensors, type));
  replaceFile(join(folder, ADAPTER_CONFIG), [new TextEncoder().encode(`${JSON.stringify(json, null, 2)}\n`)]);
}

/**
 * Throws CodedError 'unreadable' or 'corrupt'.
 *
 * @param config of the adapter's base
 */
export function loadAdapter(folder: string, config: ModelConfig): Adapter {
  const read = <T>(name: string, how: (path: string) => T): T => {
    try {
      return how(join(folder, name));
    } catch (cause) {
      throw new CodedError(
        'unreadable',
        `The adapter's ${name} cannot be read: ${messageOf(cause)}. ${REPAIR_ADVICE}`,
        {
          cause,
        },
      );
    }
  };
  if (read(ADAPTER_CONFIG, (path) => statSync(path).size) > MAX_CONFIG_BYTES) throw corrupt('is too large');
  const lora = parseLora(
    read(ADAPTER_CONFIG, (path) => readFileSync(path, 'utf8')),
    config,
  );
  const { tensors } = readSafetensors(read(ADAPTER, (path) => readFileSync(path)));
  const specs = adapterSpecs(config, lora);
  const weights = new Map<string, Float32Array>();
  for (const { name } of specs) {
    const tensor = tensors.get(PREFIX + name);
    if (tensor) weights.set(name, tensor.data);
  }
  checkWeights(specs, weights);
  return { lora, weights };
}

function parseLora(text: string, { layers }: ModelConfig): LoraConfig {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw corrupt('is not valid JSON');
  }
  if (!isObject(json)) throw corrupt('does not contain an object');
  const { r: rank, lora_alpha: alpha, target_modules: targets, layers_to_transform: adaptedLayers } = json;
  if (typeof rank !== 'number' || !Number.isInteger(rank) || rank < 1 || rank > MAX_RANK)
    throw corrupt('has no usable r');
  if (typeof alpha !== 'number' || !Number.isFinite(alpha)) throw corrupt('has no usable lora_alpha');
  if (!Array.isArray(targets) || targets.length === 0 || !targets.every(isLoraTarget))
    throw corrupt('has no usable target_modules');
  const lora = { rank, alpha, targets };
  if (adaptedLayers === undefined || adaptedLayers === null) return lora;
  const firstLayer = layers - (Array.isArray(adaptedLayers) ? adaptedLayers.length : 0);
  if (!Array.isArray(adaptedLayers) || adaptedLayers.some((layer, i) => layer !== firstLayer + i) || firstLayer < 0)
    throw corrupt('does not adapt the upper layers only');
  return { ...lora, firstLayer };
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

function corrupt(problem: string): CodedError {
  return new CodedError('corrupt', `The adapter's ${ADAPTER_CONFIG} ${problem}. ${REPAIR_ADVICE}`);
}
