// Reads a GGUF model. @huggingface/gguf parses its header; every claim in it is compared with the file.

import { CodedError, messageOf, unwrap } from '../../../common/errors.ts';
import { plainLine, quoted } from '../../../common/plain-text.ts';
import type { ModelConfig } from '../../architecture/config.ts';
import { FAMILIES, type ModelType } from '../../architecture/families.ts';
import { EMBEDDING, elements, FINAL_NORM, HEAD } from '../../architecture/parameters.ts';
import { parseConfig } from '../config-json.ts';
import { type Metadata, tokenizerFromGguf } from './gguf-tokenizer.ts';
import {
  ADVICE,
  checkLocations,
  corrupt,
  type ModelSource,
  openPlain,
  RowReader,
  type TensorLocation,
  unsupported,
} from './source.ts';
import { BLOCK_TYPES, F32, typeName } from './stored-numbers.ts';

interface Header {
  readonly metadata: Metadata;
  readonly tensorInfos: readonly {
    readonly name: string;
    /** The dimension whose index changes fastest comes first. */
    readonly shape: readonly bigint[];
    readonly dtype: number;
    readonly offset: bigint;
  }[];
  readonly tensorDataOffset: bigint;
  readonly littleEndian: boolean;
}

/** GGUF's name after 'blk.N.', and our name after 'model.layers.N.'; both without .weight or .bias. */
const LAYER_NAMES: Readonly<Record<string, string>> = {
  attn_norm: 'input_layernorm',
  attn_q: 'self_attn.q_proj',
  attn_k: 'self_attn.k_proj',
  attn_v: 'self_attn.v_proj',
  attn_q_norm: 'self_attn.q_norm',
  attn_k_norm: 'self_attn.k_norm',
  attn_output: 'self_attn.o_proj',
  ffn_norm: 'post_attention_layernorm',
  ffn_gate: 'mlp.gate_proj',
  ffn_up: 'mlp.up_proj',
  ffn_down: 'mlp.down_proj',
};
const NAMES: Readonly<Record<string, string>> = {
  'token_embd.weight': EMBEDDING,
  'output_norm.weight': FINAL_NORM,
  'output.weight': HEAD,
};
/** In this family's files the rows of q and k are interleaved in pairs (llama.cpp's NORM rotation). */
const INTERLEAVED: ModelType = 'llama';
/** Divisors of the rotary frequencies. */
const ROPE_DIVISORS = 'rope_freqs.weight';

/**
 * Throws CodedError 'unreadable', 'corrupt' or 'unsupported'. Reads no tensor but the divisors of the rotary
 * frequencies.
 */
export async function readGguf(path: string): Promise<ModelSource> {
  const { handle, file } = await openPlain(path);
  await handle.close();
  const header = await readHeader(path);
  const { metadata, tensorInfos } = header;
  if (!header.littleEndian) throw unsupported('its numbers are big-endian');
  refuseParts(metadata);
  const architecture = text(metadata['general.architecture']) ?? '';
  if (!Object.hasOwn(FAMILIES, architecture)) {
    const known = Object.keys(FAMILIES).join(', ');
    throw unsupported(`models of type ${quoted(architecture)} are not supported; supported are ${known}`);
  }
  const family = architecture as ModelType;
  const raw = new Map(tensorInfos.map((info) => [info.name, info]));
  if (raw.size < tensorInfos.length) throw corrupt('two tensors have one name');
  const location = (name: string): TensorLocation | undefined => {
    const info = raw.get(name);
    return info && locationOf(info, Number(header.tensorDataOffset));
  };
  const embedding = location('token_embd.weight');
  if (!embedding) throw corrupt('it has no embedding');
  const own = (key: string) => metadata[`${architecture}.${key}`];
  const json = configOf(own, family, embedding, raw.has('output.weight'), raw.has('blk.0.attn_q.bias'));
  const config = unwrap(parseConfig(JSON.stringify(json)));
  const files = [file];
  const divisors = location(ROPE_DIVISORS);
  const scaled = divisors ? { ...config, ropeDivisors: await divisorsIn(divisors, config, files) } : config;
  const locations = new Map<string, TensorLocation>();
  for (const { name } of tensorInfos) {
    if (name === ROPE_DIVISORS) continue;
    const ours = ourName(name) ?? name;
    const found = location(name) as TensorLocation;
    const isInterleaved = family === INTERLEAVED && /self_attn\.[qk]_proj\./.test(ours);
    locations.set(ours, withInterleavedHeads(found, isInterleaved ? config.headDim : 0));
  }
  const source = { config: scaled, locations, files };
  checkLocations(source);
  const { tokenizer, ends } = tokenizerFromGguf(metadata, config.vocabSize);
  return {
    ...source,
    name: nameIn(metadata),
    licence: text(metadata['general.license']),
    tokenizer,
    ends,
  };
}

/** Facts in the header of a GGUF that llama.cpp serves. */
export interface GgufFacts {
  /** The name in the metadata; '' if there is none. */
  readonly name: string;
  /** The licence that the file states. A distributor may have changed it. */
  readonly licence: string | undefined;
  readonly architecture: string;
  readonly contextLength: number;
  /** Number of tokens in the vocabulary. */
  readonly vocabulary: number;
  readonly parameters: number;
  /** Size of the file. */
  readonly bytes: number;
  /** In the layout of Hugging Face's tokenizer.json. */
  readonly tokenizer: unknown;
  /** Names of the tokens that end a text. */
  readonly ends: readonly string[];
}

/**
 * Throws CodedError 'unreadable', 'corrupt' or 'unsupported'. Whether llama.cpp knows the architecture is not checked.
 */
export async function readGgufFacts(path: string): Promise<GgufFacts> {
  const { handle, file } = await openPlain(path);
  await handle.close();
  const { metadata, tensorInfos, tensorDataOffset, littleEndian } = await readHeader(path);
  if (!littleEndian) throw unsupported('its numbers are big-endian');
  refuseParts(metadata);
  const architecture = text(metadata['general.architecture']);
  const own = (key: string) => metadata[`${architecture}.${key}`];
  const contextLength = number(own('context_length'));
  const embedding = tensorInfos.find(({ name }) => name === 'token_embd.weight');
  if (architecture === undefined || !embedding || !isCount(contextLength)) throw corrupt('it is no language model');
  if (own('attention.causal') === false) throw unsupported('it does not predict the next token');
  const last = tensorInfos.reduce((most, { offset }) => Math.max(most, Number(offset)), 0);
  if (Number(tensorDataOffset) + last >= file.bytes) throw corrupt('its file was cut off');
  const vocabulary = Number(embedding.shape[1]);
  const parameters = tensorInfos.reduce(
    (sum, { shape }) => sum + shape.reduce((size, each) => size * Number(each), 1),
    0,
  );
  if (!isCount(vocabulary) || !isCount(parameters)) throw corrupt('its tensors have no usable shapes');
  return {
    ...tokenizerFromGguf(metadata, vocabulary),
    name: nameIn(metadata),
    licence: text(metadata['general.license']),
    architecture,
    contextLength,
    vocabulary,
    parameters,
    bytes: file.bytes,
  };
}

const isCount = (value: number | undefined): value is number => Number.isSafeInteger(value) && (value as number) > 0;

const nameIn = (metadata: Metadata) => text(metadata['general.name']) ?? text(metadata['general.basename']) ?? '';

function refuseParts(metadata: Metadata): void {
  const count = number(metadata['split.count']);
  if (count !== undefined && count > 1) {
    throw unsupported(`it is one of ${count} parts: join them with llama.cpp's llama-gguf-split --merge`);
  }
}

async function readHeader(path: string): Promise<Header> {
  // Loaded on the first import only.
  const { gguf } = await import('@huggingface/gguf');
  try {
    return (await gguf(path, { allowLocalFile: true })) as unknown as Header;
  } catch (cause) {
    throw corrupt(`its header is damaged or not a GGUF header (${plainLine(messageOf(cause), 200)})`, cause);
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 200) : undefined;
}

/** Any of GGUF's integers and reals. */
export function number(value: unknown): number | undefined {
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'number' ? value : undefined;
}

/** The settings in the form of config.json. `parseConfig` then checks all limits. */
function configOf(
  own: (key: string) => unknown,
  family: ModelType,
  embedding: TensorLocation,
  hasHead: boolean,
  hasBias: boolean,
): Record<string, unknown> {
  const heads = number(own('attention.head_count'));
  const width = number(own('embedding_length'));
  const headDim = number(own('attention.key_length')) ?? (width ?? 0) / (heads ?? 1);
  const refused: readonly (readonly [boolean, string])[] = [
    [(number(own('expert_count')) ?? 0) > 0, 'it is a mixture of experts'],
    [(number(own('attention.value_length')) ?? headDim) !== headDim, 'its keys and values differ in width'],
    [
      (number(own('rope.dimension_count')) ?? headDim) !== headDim,
      'it applies rotary embedding to only a part of each head',
    ],
    [own('attention.causal') === false, 'it does not predict the next token'],
    [own('attention.head_count') !== undefined && heads === undefined, 'its layers have different numbers of heads'],
  ];
  const reason = refused.find(([is]) => is)?.[1];
  if (reason !== undefined) throw unsupported(reason);
  const scaling = text(own('rope.scaling.type'));
  const window = number(own('attention.sliding_window')) ?? Number.POSITIVE_INFINITY;
  const context = number(own('context_length'));
  return {
    model_type: family,
    vocab_size: embedding.rows,
    hidden_size: width,
    intermediate_size: number(own('feed_forward_length')),
    num_hidden_layers: number(own('block_count')),
    num_attention_heads: heads,
    num_key_value_heads: number(own('attention.head_count_kv')) ?? heads,
    head_dim: headDim,
    // Sliding windows are not supported. A context no longer than the window gives the same result as full attention.
    max_position_embeddings: context === undefined ? undefined : Math.min(context, window),
    rms_norm_eps: number(own('attention.layer_norm_rms_epsilon')),
    rope_theta: number(own('rope.freq_base')),
    ...(scaling !== undefined && scaling !== 'none'
      ? { rope_scaling: { rope_type: scaling, factor: number(own('rope.scaling.factor')) } }
      : {}),
    tie_word_embeddings: !hasHead,
    attention_bias: hasBias,
  };
}

function locationOf({ name, shape, dtype, offset }: Header['tensorInfos'][number], dataStart: number): TensorLocation {
  const type = BLOCK_TYPES.get(dtype);
  if (!type) {
    const known = [...BLOCK_TYPES.values()].map((each) => each.name).join(', ');
    throw unsupported(`${quoted(name)} is stored as ${typeName(dtype)}; ${known} can be read`);
  }
  const [columns = 0, rows = 1, ...more] = shape.map(Number);
  if (more.some((length) => length !== 1) || columns === 0 || columns % type.values !== 0) {
    throw corrupt(`${quoted(name)} has a shape that ${type.name} cannot have`);
  }
  return { file: 0, start: dataStart + Number(offset), type, rows, columns };
}

function ourName(name: string): string | undefined {
  if (Object.hasOwn(NAMES, name)) return NAMES[name];
  const [, layer, part = '', kind] = /^blk\.(\d+)\.(\w+)\.(weight|bias)$/.exec(name) ?? [];
  return Object.hasOwn(LAYER_NAMES, part) ? `model.layers.${layer}.${LAYER_NAMES[part]}.${kind}` : undefined;
}

/**
 * @param headRows rows of a head if its rotated pairs are interleaved; else 0. A bias is a vector, so it is then read as a
 * matrix of one column, whose rows can be reordered.
 */
function withInterleavedHeads(location: TensorLocation, headRows: number): TensorLocation {
  if (headRows === 0) return location;
  const { rows, columns } = location;
  return rows === 1
    ? { ...location, rows: columns, columns: 1, interleavedHeadRows: headRows }
    : { ...location, interleavedHeadRows: headRows };
}

async function divisorsIn(
  location: TensorLocation,
  { headDim }: ModelConfig,
  files: ModelSource['files'],
): Promise<readonly number[]> {
  if (location.type !== F32 || location.columns !== headDim / 2 || location.rows !== 1) {
    throw corrupt('its rotary frequency divisors are not valid');
  }
  checkEnd(location, files);
  const values = new Float32Array(elements([location.columns]));
  const reader = await RowReader.open(files);
  try {
    await reader.read(location, 0, 1, values);
  } finally {
    await reader.close();
  }
  if (!values.every((value) => Number.isFinite(value) && value > 0)) {
    throw corrupt('its rotary frequency divisors are not valid');
  }
  return [...values];
}

function checkEnd(location: TensorLocation, files: ModelSource['files']): void {
  if (location.start + location.columns * 4 > (files[0]?.bytes ?? 0)) {
    throw new CodedError('corrupt', `The model cannot be used: its file was cut off. ${ADVICE}`);
  }
}
