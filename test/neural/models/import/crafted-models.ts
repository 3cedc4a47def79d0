// Small models of random weights as others would write them, the same at every run: what test/golden/bases/ has goldens
// of.
//
//   node test/neural/models/import/crafted-models.ts FOLDER     writes them, for test/golden/bases/make.py

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { uniforms } from '../../../../src/common/statistics/random.ts';
import { elements } from '../../../../src/neural/architecture/parameters.ts';
import { trainTokenizer } from '../../../text/tokenizer/fixture.ts';
import { type GgufTensor, type GgufValue, ggufFile, randomBlocks } from './write-gguf.ts';

/** Wide enough for the blocks of 256. */
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
  attentionBias: false,
  outputBias: false,
  tied: false,
  initializerRange: 0.08,
} as const;

const trained = trainTokenizer('export const answer = measure(42);\n'.repeat(3), 288);
export const TOKENIZER = {
  ...trained,
  added_tokens: trained.added_tokens.map((each) => ({ ...each, content: '<|endoftext|>' })),
};

/** Numbers of GGUF's types by part, layer 0 and 1: all ten of them. */
const TYPES: Readonly<Record<string, readonly [number, number]>> = {
  attn_q: [12, 30],
  attn_k: [13, 8],
  attn_v: [14, 1],
  attn_output: [2, 0],
  ffn_gate: [3, 12],
  ffn_up: [6, 13],
  ffn_down: [1, 14],
};

export interface CraftedGguf {
  readonly metadata: Readonly<Record<string, GgufValue>>;
  readonly tensors: readonly GgufTensor[];
}

const tokens = Array.from({ length: SHAPE.vocabSize }, (_, id) => `<|unused ${id}|>`);
for (const [token, id] of Object.entries(TOKENIZER.model.vocab)) tokens[id] = token;
const special = TOKENIZER.added_tokens as readonly { readonly id: number; readonly content: string }[];
for (const { id, content } of special) tokens[id] = content;
const specialIds = new Set(special.map(({ id }) => id));

/** A model so small that two thousand copies are written in seconds. All tensors are Q8_0. */
export const TINY = { hiddenSize: 32, intermediateSize: 32, layers: 1, heads: 2, keyValueHeads: 1, headDim: 16 };

export function craftedGguf(
  architecture: string,
  more: Readonly<Record<string, GgufValue>> = {},
  seed = 1,
  shape: typeof TINY = SHAPE,
): CraftedGguf {
  const uniform = uniforms(seed);
  const { vocabSize } = SHAPE;
  const { hiddenSize: d, intermediateSize: ff, heads, keyValueHeads, headDim, layers } = shape;
  const hasBias = architecture === 'qwen2';
  const isTied = architecture !== 'llama';
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
    'tokenizer.ggml.merges': TOKENIZER.model.merges.map((pair) => (Array.isArray(pair) ? pair.join(' ') : pair)),
    'tokenizer.ggml.eos_token_id': special[0]?.id ?? 0,
    ...more,
  };
  const tensors: GgufTensor[] = [];
  const add = (name: string, shape: readonly number[], type: number) =>
    tensors.push({ name, shape, type, data: randomBlocks(type, elements(shape), uniform) });
  add('token_embd.weight', [vocabSize, d], 8);
  for (let i = 0; i < layers; i++) {
    const matrix = (part: string, rows: number, columns: number) =>
      add(`blk.${i}.${part}.weight`, [rows, columns], shape === TINY ? 8 : (TYPES[part]?.[i] as number));
    add(`blk.${i}.attn_norm.weight`, [d], 0);
    matrix('attn_q', heads * headDim, d);
    matrix('attn_k', keyValueHeads * headDim, d);
    matrix('attn_v', keyValueHeads * headDim, d);
    if (hasBias) {
      add(`blk.${i}.attn_q.bias`, [heads * headDim], 0);
      add(`blk.${i}.attn_k.bias`, [keyValueHeads * headDim], 0);
      add(`blk.${i}.attn_v.bias`, [keyValueHeads * headDim], 0);
    }
    if (architecture === 'qwen3') {
      add(`blk.${i}.attn_q_norm.weight`, [headDim], 0);
      add(`blk.${i}.attn_k_norm.weight`, [headDim], 0);
    }
    matrix('attn_output', d, heads * headDim);
    add(`blk.${i}.ffn_norm.weight`, [d], 0);
    matrix('ffn_gate', ff, d);
    matrix('ffn_up', ff, d);
    matrix('ffn_down', d, ff);
  }
  add('output_norm.weight', [d], 0);
  if (!isTied) add('output.weight', [vocabSize, d], shape === TINY ? 8 : 14);
  // A norm close to 0 would make every logit close to 0.
  for (const { name, data } of tensors) if (name.includes('norm')) lifted(data);
  return { metadata, tensors };
}

function lifted(data: Uint8Array): void {
  const view = new DataView(data.buffer);
  for (let i = 0; i < data.length; i += 4) view.setFloat32(i, 1 + view.getFloat32(i, true), true);
}

export function bytesOfCrafted({ metadata, tensors }: CraftedGguf): Uint8Array<ArrayBuffer> {
  return ggufFile(metadata, tensors);
}

/** Metadata of a GGUF whose heads together are wider than the model. */
const wide = (architecture: string) => ({
  [`${architecture}.attention.key_length`]: 128,
  [`${architecture}.attention.value_length`]: 128,
});

export const CRAFTED_GGUF = {
  'llama.gguf': () => craftedGguf('llama'),
  'qwen2.gguf': () => craftedGguf('qwen2', {}, 2),
  'qwen3.gguf': () => craftedGguf('qwen3', wide('qwen3'), 4, { ...SHAPE, headDim: 128 }),
} as const;

export function writeCrafted(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, make] of Object.entries(CRAFTED_GGUF)) writeFileSync(join(folder, name), bytesOfCrafted(make()));
}

if (import.meta.main) writeCrafted(process.argv[2] as string);
