// A model and an adapter in llama.cpp's GGUF: the file, names of metadata and tensors, and the order of rows that its
// rotation needs. Source: llama.cpp's convert_hf_to_gguf.py and convert_lora_to_gguf.py.
import { type Adapter, adapterNames } from '../../architecture/lora.ts';
import {
  FINAL_NORM,
  headLayer,
  type LinearLayer,
  layerParameters,
  type ModelConfig,
} from '../../architecture/parameters.ts';

// The file: metadata, tensor infos, tensors. Layout: ggml's docs/gguf.md.

/** A number that is written as f32. Plain numbers are written as u32. */
export class Real {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

export type GgufValue = string | boolean | number | Real | readonly string[] | Int32Array;

export interface GgufTensor {
  readonly name: string;
  /** Slowest dimension first, as in our own code. The file has the reverse order. */
  readonly shape: readonly number[];
  /** ggml's number of the type. */
  readonly type: number;
  readonly bytes: number;
  /** Called when the tensor is written, so that one at a time is in memory. */
  readonly data: () => Uint8Array;
}

/** ggml's numbers of the types. */
export const GGML = { F32: 0, F16: 1 } as const;

// Types of metadata values.
const [U32, I32, FLOAT, BOOL, STRING, ARRAY] = [4, 5, 6, 7, 8, 9] as const;
const ALIGNMENT = 32;

const aligned = (bytes: number) => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/** The file's pieces in order. */
export function* ggufPieces(
  metadata: Readonly<Record<string, GgufValue>>,
  tensors: readonly GgufTensor[],
): Generator<Uint8Array> {
  const head = header(metadata, tensors);
  yield* head;
  const length = head.reduce((sum, piece) => sum + piece.length, 0);
  yield new Uint8Array(aligned(length) - length);
  for (const { data, bytes } of tensors) {
    yield data();
    yield new Uint8Array(aligned(bytes) - bytes);
  }
}

function header(metadata: Readonly<Record<string, GgufValue>>, tensors: readonly GgufTensor[]): Uint8Array[] {
  const parts: Uint8Array[] = [new TextEncoder().encode('GGUF')];
  const put = (size: number, write: (view: DataView) => void) => {
    const bytes = new Uint8Array(size);
    write(new DataView(bytes.buffer));
    parts.push(bytes);
  };
  const u32 = (value: number) => put(4, (view) => view.setUint32(0, value, true));
  const u64 = (value: number) => put(8, (view) => view.setBigUint64(0, BigInt(value), true));
  const text = (value: string) => {
    const bytes = new TextEncoder().encode(value);
    u64(bytes.length);
    parts.push(bytes);
  };
  const typed = (value: GgufValue) => {
    if (typeof value === 'string') {
      u32(STRING);
      text(value);
    } else if (typeof value === 'boolean') {
      u32(BOOL);
      put(1, (view) => view.setUint8(0, value ? 1 : 0));
    } else if (typeof value === 'number') {
      u32(U32);
      u32(value);
    } else if (value instanceof Real) {
      u32(FLOAT);
      put(4, (view) => view.setFloat32(0, value.value, true));
    } else {
      u32(ARRAY);
      u32(value instanceof Int32Array ? I32 : STRING);
      u64(value.length);
      if (value instanceof Int32Array) for (const each of value) put(4, (view) => view.setInt32(0, each, true));
      else for (const each of value) text(each);
    }
  };
  u32(3);
  u64(tensors.length);
  u64(Object.keys(metadata).length);
  for (const [key, value] of Object.entries(metadata)) {
    text(key);
    typed(value);
  }
  let offset = 0;
  for (const { name, shape, type, bytes } of tensors) {
    text(name);
    u32(shape.length);
    for (const length of [...shape].reverse()) u64(length);
    u32(type);
    u64(offset);
    offset += aligned(bytes);
  }
  return parts;
}

/** One of the model's parameters as the file has it. */
interface GgufParameter {
  readonly name: string;
  /** The parameter's name in our own models. */
  readonly from: string;
  readonly shape: readonly number[];
  /** Our row for row i of the file: rows of a rotated pair are neighbours there, and half a head apart here. */
  readonly order: (row: number) => number;
}

const asItIs = (row: number) => row;

/** Rows i and i + half of a head become neighbours. */
function paired(headDim: number): (row: number) => number {
  return (row) => {
    const column = row % headDim;
    return row - column + (column >> 1) + (column % 2) * (headDim / 2);
  };
}

/** Every parameter in the file's order. */
export function ggufParameters(config: ModelConfig): GgufParameter[] {
  // A wrong order of the rows of q and k causes no error, only wrong results.
  const turned = paired(config.headDim);
  const norm = (name: string, from: string) => ({ name, from, shape: [config.hiddenSize], order: asItIs });
  const linear = (name: string, { weight, out, inner }: LinearLayer, order = asItIs): GgufParameter => ({
    name: `${name}.weight`,
    from: weight,
    shape: [out, inner],
    order,
  });
  const found = [linear('token_embd', headLayer(config)), norm('output_norm.weight', FINAL_NORM)];
  for (let i = 0; i < config.layers; i++) {
    const layer = layerParameters(config, i);
    const at = `blk.${i}.`;
    found.push(
      norm(`${at}attn_norm.weight`, layer.inputNorm),
      linear(`${at}attn_q`, layer.query, turned),
      linear(`${at}attn_k`, layer.key, turned),
      linear(`${at}attn_v`, layer.value),
      linear(`${at}attn_output`, layer.output),
      norm(`${at}ffn_norm.weight`, layer.middleNorm),
      linear(`${at}ffn_gate`, layer.gate),
      linear(`${at}ffn_up`, layer.up),
      linear(`${at}ffn_down`, layer.down),
    );
  }
  return found;
}

/** The tokenizer of the GGUF, from tokenizer.json. */
export interface GgufWords {
  readonly model: {
    readonly vocab: Readonly<Record<string, number>>;
    readonly merges: readonly (string | readonly string[])[];
  };
  readonly added_tokens: readonly { readonly id: number; readonly content: string; readonly special?: boolean }[];
}

/** @param end id of the token that ends a text */
export function modelMetadata(
  config: ModelConfig,
  name: string,
  words: GgufWords,
  end: number,
): Record<string, GgufValue> {
  const tokens = Array.from({ length: config.vocabSize }, (_, id) => `<|unused ${id}|>`);
  for (const [token, id] of Object.entries(words.model.vocab)) tokens[id] = token;
  // 1: a word, 3: a mark, 4: a text of its own, 5: unused.
  const types = new Int32Array(config.vocabSize).fill(5);
  for (const id of Object.values(words.model.vocab)) types[id] = 1;
  for (const { id, content, special } of words.added_tokens) {
    tokens[id] = content;
    types[id] = special === false ? 4 : 3;
  }
  return {
    'general.architecture': 'llama',
    'general.name': name,
    'llama.context_length': config.contextLength,
    'llama.embedding_length': config.hiddenSize,
    'llama.block_count': config.layers,
    'llama.feed_forward_length': config.intermediateSize,
    'llama.attention.head_count': config.heads,
    'llama.attention.head_count_kv': config.keyValueHeads,
    'llama.attention.key_length': config.headDim,
    'llama.attention.value_length': config.headDim,
    'llama.rope.dimension_count': config.headDim,
    'llama.vocab_size': config.vocabSize,
    'llama.rope.freq_base': new Real(config.ropeTheta),
    'llama.attention.layer_norm_rms_epsilon': new Real(config.normEpsilon),
    'tokenizer.ggml.model': 'gpt2',
    // The nearest: llama.cpp does not have our own word splitting.
    'tokenizer.ggml.pre': 'smollm',
    'tokenizer.ggml.tokens': tokens,
    'tokenizer.ggml.token_type': types,
    'tokenizer.ggml.merges': words.model.merges.map((merge) => (typeof merge === 'string' ? merge : merge.join(' '))),
    'tokenizer.ggml.bos_token_id': end,
    'tokenizer.ggml.eos_token_id': end,
    'tokenizer.ggml.add_bos_token': false,
  };
}

/** What llama.cpp lays over a model: the factors of each matrix, B's rows in the order of the matrix's own. */
export function adapterFile(
  config: ModelConfig,
  { lora, weights }: Adapter,
): { readonly metadata: Record<string, GgufValue>; readonly tensors: readonly GgufTensor[] } {
  const tensors = ggufParameters(config).flatMap(({ name, from, shape: [rows, columns], order }): GgufTensor[] => {
    const names = adapterNames(from);
    const [a, b] = [weights.get(names.a), weights.get(names.b)];
    if (!a || !b || rows === undefined || columns === undefined) return [];
    const tensor = (half: string, shape: readonly number[], data: () => Float32Array): GgufTensor => ({
      name: `${name}.${half}`,
      shape,
      type: GGML.F32,
      bytes: 4 * (shape[0] as number) * (shape[1] as number),
      data: () => ggufBytes(data()),
    });
    return [
      tensor('lora_a', [lora.rank, columns], () => a),
      tensor('lora_b', [rows, lora.rank], () => inOrder(b, rows, order)),
    ];
  });
  const metadata = {
    'general.architecture': 'llama',
    'general.type': 'adapter',
    'adapter.type': 'lora',
    'adapter.lora.alpha': new Real(lora.alpha),
  };
  return { metadata, tensors };
}

/** The rows of a matrix, or the elements of a vector, as the file has them. */
export function inOrder(data: Float32Array, rows: number, order: (row: number) => number): Float32Array {
  if (order === asItIs) return data;
  const width = data.length / rows;
  const out = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    const from = order(row) * width;
    out.set(data.subarray(from, from + width), row * width);
  }
  return out;
}

export const ggufBytes = (data: Float32Array | Uint16Array) =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
