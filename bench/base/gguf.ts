// Writes a model as GGUF for llama.cpp, its matrices in 4 bits as we serve them: each of the three formats holds the same values.
// Layout of the blocks: ggml's ggml-common.h.

import { readFileSync } from 'node:fs';
import { replaceFile } from '../../src/common/files.ts';
import { toHalf } from '../../src/common/half.ts';
import type { Model } from '../../src/neural/architecture/decoder-values.ts';
import { BLOCK, type Quantized, quantize } from '../../src/neural/architecture/quantize.ts';
import { GGML, type GgufTensor, ggufPieces } from '../../src/neural/models/export/gguf-file.ts';
import {
  type GgufWords,
  ggufBytes,
  ggufParameters,
  inOrder,
  modelMetadata,
} from '../../src/neural/models/export/gguf-model.ts';

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

/** @param tokenizer path of tokenizer.json; llama.cpp wants one, though it is fed ids */
export function writeGguf(path: string, model: Model, tokenizer: string, format: keyof typeof FORMATS): void {
  const words: GgufWords = JSON.parse(readFileSync(tokenizer, 'utf8'));
  const metadata = modelMetadata(model.config, 'easy-adaptation', words, 1);
  replaceFile(path, ggufPieces(metadata, tensorsOf(model, FORMATS[format])));
}

function tensorsOf({ config, weights, packed }: Model, format: Format): GgufTensor[] {
  return ggufParameters(config).map(({ name, from, shape, order }) => {
    const [rows, inner] = shape as [number, number?];
    const plain = () => weights.get(from) as Float32Array;
    if (inner === undefined) {
      return { name, shape, type: GGML.F32, bytes: 4 * rows, data: () => ggufBytes(inOrder(plain(), rows, order)) };
    }
    const data = () => repacked(packed?.get(from) ?? quantize(plain(), rows, inner, 4), order, format);
    return { name, shape, type: format.type, bytes: rows * (inner / BLOCK) * format.bytes, data };
  });
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
