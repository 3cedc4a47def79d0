// GGUF files of random weights as others would write them, the same at every run.
import { toHalf } from '../../../../src/common/half.ts';
import { uniforms } from '../../../../src/common/statistics/random.ts';
import {
  GGML,
  type GgufTensor,
  type GgufValue,
  ggufPieces,
  Real,
} from '../../../../src/neural/models/export/gguf-model.ts';
import { trainTokenizer } from '../../../text/tokenizer/fixture.ts';

const SHAPE = {
  vocabSize: 288,
  hiddenSize: 256,
  intermediateSize: 512,
  layers: 2,
  heads: 4,
  keyValueHeads: 2,
  headDim: 64,
  contextLength: 128,
  normEpsilon: 1e-5,
  ropeTheta: 10000,
} as const;

const trained = trainTokenizer('export const answer = measure(42);\n'.repeat(3), 288);
const TOKENIZER = {
  ...trained,
  added_tokens: trained.added_tokens.map((each) => ({ ...each, content: '<|endoftext|>' })),
};

/** ggml's number of Q8_0: blocks of 32 values in 34 bytes, an f16 scale first. */
const Q8_0 = 8;

/** A whole number is a u32, another one an f32. */
type MetadataValue = string | number | boolean | readonly string[] | readonly number[];

export interface CraftedGguf {
  readonly metadata: Readonly<Record<string, MetadataValue>>;
  readonly tensors: readonly GgufTensor[];
}

const tokens = Array.from({ length: SHAPE.vocabSize }, (_, id) => `<|unused ${id}|>`);
for (const [token, id] of Object.entries(TOKENIZER.model.vocab)) tokens[id] = token;
const special = TOKENIZER.added_tokens as readonly { readonly id: number; readonly content: string }[];
for (const { id, content } of special) tokens[id] = content;
const specialIds = new Set(special.map(({ id }) => id));

/** A model so small that two thousand copies are written in seconds. */
export const TINY = { hiddenSize: 32, intermediateSize: 32, layers: 1, heads: 2, keyValueHeads: 1, headDim: 16 };

export function craftedGguf(
  architecture: string,
  more: Readonly<Record<string, MetadataValue>> = {},
  seed = 1,
  shape: typeof TINY = SHAPE,
): CraftedGguf {
  const uniform = uniforms(seed);
  const { vocabSize } = SHAPE;
  const { hiddenSize: d, intermediateSize: ff, heads, keyValueHeads, headDim, layers } = shape;
  const own = {
    context_length: SHAPE.contextLength,
    embedding_length: d,
    block_count: layers,
    feed_forward_length: ff,
    'attention.head_count': heads,
    'attention.head_count_kv': keyValueHeads,
    'attention.layer_norm_rms_epsilon': SHAPE.normEpsilon,
    'rope.dimension_count': headDim,
    'rope.freq_base': SHAPE.ropeTheta + 0.5,
    vocab_size: vocabSize,
  };
  const metadata = {
    'general.architecture': architecture,
    'general.name': `Crafted ${architecture}`,
    'general.license': 'apache-2.0',
    ...Object.fromEntries(Object.entries(own).map(([key, value]) => [`${architecture}.${key}`, value])),
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.pre': 'gpt-2',
    'tokenizer.ggml.tokens': tokens,
    'tokenizer.ggml.token_type': tokens.map((token, id) =>
      specialIds.has(id) ? 3 : token.startsWith('<|unused') ? 5 : 1,
    ),
    'tokenizer.ggml.merges': TOKENIZER.model.merges.map((pair) => [pair].flat().join(' ')),
    'tokenizer.ggml.eos_token_id': special[0]?.id ?? 0,
    ...more,
  };
  const tensors: GgufTensor[] = [];
  const add = (name: string, shape: readonly number[], type: number, value: () => Uint8Array) => {
    const data = value();
    tensors.push({ name, shape, type, bytes: data.length, data: () => data });
  };
  const matrix = (name: string, rows: number, columns: number) =>
    add(`${name}.weight`, [rows, columns], Q8_0, () => randomBlocks(rows * columns, uniform));
  const vector = (name: string, size: number, around: number) =>
    add(name, [size], GGML.F32, () => {
      const values = Float32Array.from({ length: size }, () => around + 0.1 * (uniform() - 0.5));
      return new Uint8Array(values.buffer);
    });
  matrix('token_embd', vocabSize, d);
  for (let i = 0; i < layers; i++) {
    const at = `blk.${i}.`;
    // A norm close to 0 would make every logit close to 0.
    vector(`${at}attn_norm.weight`, d, 1);
    for (const [part, width] of [
      ['q', heads * headDim],
      ['k', keyValueHeads * headDim],
      ['v', keyValueHeads * headDim],
    ] as const) {
      matrix(`${at}attn_${part}`, width, d);
      if (architecture === 'qwen2') vector(`${at}attn_${part}.bias`, width, 0);
    }
    matrix(`${at}attn_output`, d, heads * headDim);
    vector(`${at}ffn_norm.weight`, d, 1);
    matrix(`${at}ffn_gate`, ff, d);
    matrix(`${at}ffn_up`, ff, d);
    matrix(`${at}ffn_down`, d, ff);
  }
  vector('output_norm.weight', d, 1);
  return { metadata, tensors };
}

function randomBlocks(values: number, uniform: () => number): Uint8Array {
  const data = Uint8Array.from({ length: (values / 32) * 34 }, () => Math.floor(256 * uniform()));
  const view = new DataView(data.buffer);
  for (let at = 0; at < data.length; at += 34) view.setUint16(at, toHalf(0.0005), true);
  return data;
}

export function bytesOfCrafted({ metadata, tensors }: CraftedGguf): Uint8Array<ArrayBuffer> {
  const values = Object.entries(metadata).map(([key, value]) => [key, asWritten(value)]);
  return Uint8Array.from(Buffer.concat([...ggufPieces(Object.fromEntries(values), tensors)]));
}

function asWritten(value: MetadataValue): GgufValue {
  if (typeof value === 'number') return Number.isInteger(value) ? value : new Real(value);
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  return typeof value[0] === 'string' ? (value as readonly string[]) : Int32Array.from(value as readonly number[]);
}
