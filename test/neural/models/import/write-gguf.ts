// Writes GGUF files for tests: any metadata, and tensors of any type with given bytes. Layout: ggml's docs/gguf.md.

import { toBfloat, toHalf } from '../../../../src/common/half.ts';
import { ggufPieces, Real, type GgufValue as WrittenValue } from '../../../../src/neural/models/export/gguf-file.ts';
import { BLOCK_TYPES } from '../../../../src/neural/models/import/stored-numbers.ts';

export interface GgufTensor {
  readonly name: string;
  /** Slowest first, as PyTorch has it. */
  readonly shape: readonly number[];
  readonly type: number;
  readonly data: Uint8Array;
}

/** A whole number is a u32, another one an f32; lists are of texts or whole numbers. */
export type GgufValue = string | number | boolean | readonly string[] | readonly number[];

export function ggufFile(
  metadata: Readonly<Record<string, GgufValue>>,
  tensors: readonly GgufTensor[],
): Uint8Array<ArrayBuffer> {
  const values = Object.entries(metadata).map(([key, value]) => [key, asWritten(value)]);
  const placed = tensors.map(({ data, ...tensor }) => ({ ...tensor, bytes: data.length, data: () => data }));
  return Uint8Array.from(Buffer.concat([...ggufPieces(Object.fromEntries(values), placed)]));
}

function asWritten(value: GgufValue): WrittenValue {
  if (typeof value === 'number') return Number.isInteger(value) ? value : new Real(value);
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  return typeof value[0] === 'string' ? (value as readonly string[]) : Int32Array.from(value as readonly number[]);
}

/** Where a block has its half-precision numbers, and what to write there so that values come out a few hundredths large. */
const HALVES: Readonly<Record<number, readonly (readonly [at: number, value: number])[]>> = {
  2: [[0, 0.008]],
  3: [
    [0, 0.008],
    [2, -0.06],
  ],
  6: [[0, 0.004]],
  8: [[0, 0.0005]],
  12: [
    [0, 1e-4],
    [2, 7.5e-4],
  ],
  13: [
    [0, 5e-5],
    [2, 7.5e-4],
  ],
  14: [[208, 2e-5]],
};

/** Blocks of random bytes, but for their scales: every bit of a layout is used. Types of one value: random numbers. */
export function randomBlocks(type: number, values: number, uniform: () => number): Uint8Array {
  const { values: each, bytes, name } = BLOCK_TYPES.get(type) as { values: number; bytes: number; name: string };
  const data = new Uint8Array((values / each) * bytes);
  const view = new DataView(data.buffer);
  if (each === 1) {
    for (let i = 0; i < values; i++) {
      const value = 0.1 * (uniform() - 0.5);
      if (name === 'F32') view.setFloat32(4 * i, value, true);
      else if (name === 'F16') view.setUint16(2 * i, toHalf(value), true);
      else view.setUint16(2 * i, toBfloat(value), true);
    }
    return data;
  }
  for (let i = 0; i < data.length; i++) data[i] = Math.floor(256 * uniform());
  for (let at = 0; at < data.length; at += bytes) {
    for (const [offset, value] of HALVES[type] ?? []) view.setUint16(at + offset, toHalf(value), true);
  }
  return data;
}
