// Writes a model as GGUF for llama.cpp, its matrices in 4 bits as we serve them: each of the three formats holds the same values.
// Layout of container and blocks: ggml's docs/gguf.md and ggml-common.h.

import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { Model } from '../../src/arch/decoder-values.ts';
import { EMBEDDING, FINAL_NORM, headLayer, layerParameters } from '../../src/arch/parameters.ts';
import { BLOCK, type Quantized, quantize } from '../../src/arch/quantize.ts';
import { toHalf } from '../../src/common/half.ts';

interface Format {
  /** ggml's number of the type. */
  readonly type: number;
  /** Bytes of a block of 32 values. */
  readonly bytes: number;
  /** Writes a block: its scale, and its values with 8 added. */
  readonly pack: (view: DataView, at: number, scale: number, values: Uint8Array) => void;
}

const nibbles = (view: DataView, at: number, values: Uint8Array) => {
  for (let i = 0; i < 16; i++) view.setUint8(at + i, (values[i] as number) | ((values[i + 16] as number) << 4));
};

export const FORMATS = {
  Q4_0: {
    type: 2,
    bytes: 18,
    pack: (view, at, scale, values) => {
      view.setUint16(at, toHalf(scale), true);
      nibbles(view, at + 2, values);
    },
  },
  Q4_1: {
    type: 3,
    bytes: 20,
    pack: (view, at, scale, values) => {
      view.setUint16(at, toHalf(scale), true);
      view.setUint16(at + 2, toHalf(-8 * scale), true);
      nibbles(view, at + 4, values);
    },
  },
  Q8_0: {
    type: 8,
    bytes: 34,
    pack: (view, at, scale, values) => {
      view.setUint16(at, toHalf(scale), true);
      for (let i = 0; i < 32; i++) view.setInt8(at + 2 + i, (values[i] as number) - 8);
    },
  },
} as const satisfies Record<string, Format>;

const F32 = 0;
const ALIGNMENT = 32;
// Types of metadata values.
const [U32, I32, FLOAT, BOOL, STRING, ARRAY] = [4, 5, 6, 7, 8, 9] as const;

interface Written {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: number;
  readonly data: Uint8Array;
}

/** @param tokenizer path of tokenizer.json; llama.cpp wants one, though it is fed ids */
export function writeGguf(path: string, model: Model, tokenizer: string, format: keyof typeof FORMATS): void {
  const tensors = tensorsOf(model, FORMATS[format]);
  const { config } = model;
  const json = JSON.parse(readFileSync(tokenizer, 'utf8'));
  const tokens = Array.from({ length: config.vocabSize }, (_, id) => `<|unused ${id}|>`);
  for (const [token, id] of Object.entries(json.model.vocab as Record<string, number>)) tokens[id] = token;
  const special = new Set((json.added_tokens as { id: number; content: string }[]).map(({ id }) => id));
  for (const { id, content } of json.added_tokens) tokens[id] = content;
  const merges = (json.model.merges as (string | string[])[]).map((merge) =>
    Array.isArray(merge) ? merge.join(' ') : merge,
  );

  const parts: Uint8Array[] = [];
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
  let entries = 0;
  const entry = (key: string, type: number, write: () => void) => {
    entries++;
    text(key);
    u32(type);
    write();
  };
  const size = (key: string, value: number) => entry(key, U32, () => u32(value));
  const real = (key: string, value: number) =>
    entry(key, FLOAT, () => put(4, (view) => view.setFloat32(0, value, true)));
  const named = (key: string, value: string) => entry(key, STRING, () => text(value));
  const list = <T>(key: string, type: number, values: readonly T[], write: (value: T) => void) =>
    entry(key, ARRAY, () => {
      u32(type);
      u64(values.length);
      values.forEach(write);
    });
  named('general.architecture', 'llama');
  named('general.name', 'easy-adaptation');
  size('llama.context_length', config.contextLength);
  size('llama.embedding_length', config.hiddenSize);
  size('llama.block_count', config.layers);
  size('llama.feed_forward_length', config.intermediateSize);
  size('llama.attention.head_count', config.heads);
  size('llama.attention.head_count_kv', config.keyValueHeads);
  size('llama.attention.key_length', config.headDim);
  size('llama.attention.value_length', config.headDim);
  size('llama.rope.dimension_count', config.headDim);
  size('llama.vocab_size', config.vocabSize);
  real('llama.rope.freq_base', config.ropeTheta);
  real('llama.attention.layer_norm_rms_epsilon', config.normEpsilon);
  named('tokenizer.ggml.model', 'gpt2');
  named('tokenizer.ggml.pre', 'smollm');
  list('tokenizer.ggml.tokens', STRING, tokens, text);
  // 1: normal, 3: control.
  const kinds = tokens.map((_, id) => (special.has(id) ? 3 : 1));
  list('tokenizer.ggml.token_type', I32, kinds, u32);
  list('tokenizer.ggml.merges', STRING, merges, text);
  size('tokenizer.ggml.bos_token_id', 1);
  size('tokenizer.ggml.eos_token_id', 1);
  entry('tokenizer.ggml.add_bos_token', BOOL, () => put(1, (view) => view.setUint8(0, 0)));
  let offset = 0;
  for (const { name, shape, type, data } of tensors) {
    text(name);
    u32(shape.length);
    for (const length of [...shape].reverse()) u64(length);
    u32(type);
    u64(offset);
    offset += aligned(data.length);
  }
  const header = new Uint8Array(24);
  const view = new DataView(header.buffer);
  header.set(new TextEncoder().encode('GGUF'));
  view.setUint32(4, 3, true);
  view.setBigUint64(8, BigInt(tensors.length), true);
  view.setBigUint64(16, BigInt(entries), true);
  const file = openSync(path, 'w');
  try {
    let at = 0;
    for (const bytes of [header, ...parts]) at += writeSync(file, bytes);
    writeSync(file, new Uint8Array(aligned(at) - at));
    for (const { data } of tensors) {
      writeSync(file, data);
      writeSync(file, new Uint8Array(aligned(data.length) - data.length));
    }
  } finally {
    closeSync(file);
  }
}

const aligned = (bytes: number) => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

function tensorsOf({ config, weights, packed }: Model, format: Format): Written[] {
  const found: Written[] = [];
  const vector = (name: string, from: string) => {
    const data = weights.get(from) as Float32Array;
    found.push({
      name,
      shape: [data.length],
      type: F32,
      data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    });
  };
  /** @param heads whose rows llama.cpp wants in pairs that turn together: its rotation is the other of the two conventions */
  const matrix = (name: string, from: string, rows: number, inner: number, heads = 0) => {
    const four = packed?.get(from) ?? quantize(weights.get(from) as Float32Array, rows, inner, 4);
    const order = heads === 0 ? (row: number) => row : paired(rows / heads);
    found.push({ name, shape: [rows, inner], type: format.type, data: repacked(four, order, format) });
  };
  const { out, inner } = headLayer(config);
  matrix('token_embd.weight', EMBEDDING, out, inner);
  vector('output_norm.weight', FINAL_NORM);
  if (!config.tied) matrix('output.weight', headLayer(config).weight, out, inner);
  for (let i = 0; i < config.layers; i++) {
    const layer = layerParameters(config, i);
    const linear = (name: string, { weight, out: rows, inner: columns }: typeof layer.query, heads?: number) =>
      matrix(`blk.${i}.${name}.weight`, weight, rows, columns, heads);
    vector(`blk.${i}.attn_norm.weight`, layer.inputNorm);
    linear('attn_q', layer.query, config.heads);
    linear('attn_k', layer.key, config.keyValueHeads);
    linear('attn_v', layer.value);
    linear('attn_output', layer.output);
    vector(`blk.${i}.ffn_norm.weight`, layer.middleNorm);
    linear('ffn_gate', layer.gate);
    linear('ffn_up', layer.up);
    linear('ffn_down', layer.down);
  }
  return found;
}

/** Where a row comes from: rows i and i + half of a head become neighbours. */
function paired(headDim: number): (row: number) => number {
  return (row) => {
    const place = row % headDim;
    return row - place + (place >> 1) + (place % 2) * (headDim / 2);
  };
}

function repacked(
  { rows, columns, packed, scales }: Quantized,
  order: (row: number) => number,
  format: Format,
): Uint8Array {
  const blocks = columns / BLOCK;
  if (!Number.isInteger(blocks)) throw new Error(`rows of ${columns} are no blocks of ${BLOCK}`);
  const out = new Uint8Array(rows * blocks * format.bytes);
  const view = new DataView(out.buffer);
  const values = new Uint8Array(BLOCK);
  for (let row = 0; row < rows; row++) {
    for (let block = 0; block < blocks; block++) {
      const from = order(row) * blocks + block;
      for (let i = 0; i < BLOCK / 2; i++) {
        const byte = packed[(from * BLOCK) / 2 + i] as number;
        values[2 * i] = byte & 15;
        values[2 * i + 1] = byte >> 4;
      }
      format.pack(view, (row * blocks + block) * format.bytes, scales[from] as number, values);
    }
  }
  return out;
}
