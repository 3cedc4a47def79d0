// A model on disk in Hugging Face's layout: config.json and model.safetensors; matrices may be packed in 4 bits. An
// adapter has the names of peft: adapter_config.json and adapter_model.safetensors.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { CodedError, messageOf, unwrap } from '../../common/errors.ts';
import { replaceFile } from '../../common/files.ts';
import { readJson } from '../../common/json.ts';
import { finite } from '../../common/schemas.ts';
import { type Adapter, adapterSpecs, LORA_TARGETS, type LoraConfig, type Model } from '../architecture/lora.ts';
import { type ModelConfig, parameterCount, parameterSpecs } from '../architecture/parameters.ts';
import { BLOCK, type Quantized } from '../architecture/quantize.ts';
import { readConfig } from './config-json.ts';
import { baseOf, fitsBase, fitsTokenizer } from './list.ts';
import { ADAPTER, ADAPTER_CONFIG, CONFIG, type PackageManifest, readManifest, TOKENIZER, WEIGHTS } from './manifest.ts';
import { readSafetensors, type StoredType, writeSafetensors } from './safetensors.ts';
import { checkWeights, REPAIR_ADVICE, unusable } from './unusable.ts';

/** Peft's prefix for the names of tensors. */
const PREFIX = 'base_model.model.';

/** Replaces the weights first, because a config without weights would not be a usable adapter. */
export function saveAdapter(folder: string, config: ModelConfig, { lora, weights }: Adapter, type: StoredType): void {
  const specs = adapterSpecs(config, lora);
  checkWeights(specs, weights);
  const tensors = specs.map(
    ({ name, shape }) => [PREFIX + name, { shape, data: weights.get(name) as Float32Array }] as const,
  );
  const { rank, alpha, targets, firstLayer = 0 } = lora;
  const json = {
    r: rank,
    lora_alpha: alpha,
    target_modules: targets,
    ...(firstLayer > 0 && { layers_to_transform: range(firstLayer, config.layers) }),
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
  const lora = loraOf(folder, config);
  const { tensors } = readSafetensors(read(folder, "The adapter's", ADAPTER, (path) => readFileSync(path)));
  const specs = adapterSpecs(config, lora);
  const weights = new Map<string, Float32Array>();
  for (const { name } of specs) {
    const tensor = tensors.get(PREFIX + name);
    if (tensor) weights.set(name, tensor.data);
  }
  checkWeights(specs, weights);
  return { lora, weights };
}

const loraSchema = v.object({
  r: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1024)),
  lora_alpha: finite,
  target_modules: v.pipe(v.array(v.picklist(LORA_TARGETS)), v.minLength(1)),
  layers_to_transform: v.nullish(v.array(v.number())),
});

function loraOf(folder: string, { layers }: ModelConfig): LoraConfig {
  const subject = { name: `The adapter's ${ADAPTER_CONFIG}`, advice: REPAIR_ADVICE };
  const json = unwrap(readJson(join(folder, ADAPTER_CONFIG), loraSchema, subject));
  const { r: rank, lora_alpha: alpha, target_modules: targets, layers_to_transform: adapted } = json;
  if (!adapted) return { rank, alpha, targets };
  const firstLayer = layers - adapted.length;
  if (firstLayer < 0 || adapted.some((layer, i) => layer !== firstLayer + i))
    throw unusable('corrupt', `${subject.name} does not adapt the upper layers only`);
  return { rank, alpha, targets, firstLayer };
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** Bytes of a 4-bit parameter, the smallest form, without its share of a scale. */
const MIN_PARAMETER_BYTES = 0.5;

/** Reads a file of a folder; throws CodedError 'unreadable'. @param whose for the message */
function read<T>(folder: string, whose: string, name: string, how: (path: string) => T): T {
  try {
    return how(join(folder, name));
  } catch (cause) {
    throw unusable('unreadable', `${whose} ${name} cannot be read: ${messageOf(cause)}`, cause);
  }
}

/** A model, and its folder's manifest; undefined if there is none. */
export interface LoadedModel extends Model {
  readonly packed: Map<string, Quantized>;
  readonly manifest: PackageManifest | undefined;
}

interface LoadOptions {
  /** Folder of the base, needed for an adapter. */
  readonly base?: string;
  /** Path of the tokenizer.json that the model is used with. Default: its own, if it has one. */
  readonly tokenizer?: string;
}

/** Whether the folder holds an adapter, which needs a base. */
function isAdapter(folder: string): boolean {
  return !existsSync(join(folder, WEIGHTS)) && existsSync(join(folder, ADAPTER));
}

/**
 * Loads the base and the adapter, unmerged. Throws as `loadModel` does, and 'mismatched' if the adapter was trained
 * over another base.
 */
function loadAdapterOverBase(folder: string, { base, ...options }: LoadOptions): LoadedModel {
  const manifest = unwrap(readManifest(folder));
  if (base === undefined || manifest === undefined)
    throw unusable('mismatched', 'The adapter does not say which base it was made for');
  unwrap(fitsBase(manifest, baseOf(base)));
  const loadedBase = loadModel(base, options);
  return { ...loadedBase, adapter: loadAdapter(folder, loadedBase.config), manifest };
}

/**
 * Throws CodedError 'unreadable', 'corrupt' or 'unsupported', and 'mismatched' if it was made for another tokenizer.
 * Tensors that the decoder does not use are ignored. A config that claims more than the file of weights can hold is
 * refused before that file is read.
 */
export function loadModel(folder: string, options: LoadOptions = {}): LoadedModel {
  if (isAdapter(folder)) return loadAdapterOverBase(folder, options);
  const { tokenizer } = options;
  const manifest = unwrap(readManifest(folder));
  if (manifest?.gguf)
    throw new CodedError('unsupported', `The base '${manifest.name}' is a GGUF file, which only llama.cpp runs.`);
  const used = tokenizer ?? (existsSync(join(folder, TOKENIZER)) ? join(folder, TOKENIZER) : undefined);
  if (manifest && used !== undefined) unwrap(fitsTokenizer(manifest, used));
  const config = unwrap(readConfig(folder));
  const size = read(folder, "The model's", WEIGHTS, (path) => statSync(path).size);
  if (parameterCount(config) * MIN_PARAMETER_BYTES > size)
    throw unusable('corrupt', `The model's ${WEIGHTS} is smaller than its ${CONFIG} says`);
  const specs = parameterSpecs(config);
  const { tensors, bytes } = readSafetensors(read(folder, "The model's", WEIGHTS, (path) => readFileSync(path)));
  const weights = new Map<string, Float32Array>();
  const packed = new Map<string, Quantized>();
  for (const { name, shape } of specs) {
    const names = packedNames(name);
    const data = bytes.get(names.data)?.data;
    const [rows, columns] = shape;
    if (data && rows !== undefined && columns !== undefined) {
      packed.set(name, packedMatrix(name, rows, columns, data, tensors.get(names.scales)?.data));
      continue;
    }
    const tensor = tensors.get(name);
    if (tensor) weights.set(name, tensor.data);
  }
  checkWeights(
    specs.filter(({ name }) => !packed.has(name)),
    weights,
  );
  return { config, weights, packed, manifest };
}

/**
 * The same for a model that is served or trained. Throws CodedError 'unsupported' if its matrices are not in 4 bits.
 */
export function loadPacked(folder: string, options: LoadOptions): LoadedModel {
  const loaded = loadModel(folder, options);
  if (loaded.packed.size === 0)
    throw new CodedError(
      'unsupported',
      `Only models in 4 bits are used, and ${folder} is not. Choose a base that ships.`,
    );
  return loaded;
}

/** Names of a matrix's two tensors: the bytes [rows, blocks, 16], two values each, and the scales [rows, blocks]. */
const packedNames = (name: string) => ({ data: `${name}.packed`, scales: `${name}.scales` });

/** A 4-bit matrix [rows, columns] from a file. Throws CodedError 'corrupt' if sizes or scales do not fit. */
export function packedMatrix(
  name: string,
  rows: number,
  columns: number,
  packed: Uint8Array,
  scales: Float32Array | undefined,
): Quantized {
  const blocks = columns / BLOCK;
  if (
    !Number.isInteger(blocks) ||
    packed.length !== (rows * columns) / 2 ||
    scales?.length !== rows * blocks ||
    !scales.every(Number.isFinite)
  ) {
    throw unusable('corrupt', `The model's packed tensor '${name}' does not have the shape [${rows}, ${columns}]`);
  }
  return { rows, columns, packed, scales };
}
