// Writes GGUF files for tests: any metadata, tensors of any type, of bytes that are given. Layout: ggml's docs/gguf.md.
import { BLOCK_TYPES } from '../../src/bases/stored-numbers.ts';
import { toBfloat, toHalf } from '../../src/common/half.ts';

export interface GgufTensor {
  readonly name: string;
  /** Slowest first, as PyTorch has it. */
  readonly shape: readonly number[];
  readonly type: number;
  readonly data: Uint8Array;
}

/** A whole number is a u32, another one an f32; lists are of texts or whole numbers. */
export type GgufValue = string | number | boolean | readonly string[] | readonly number[];

const [U32, I32, FLOAT, BOOL, STRING, ARRAY] = [4, 5, 6, 7, 8, 9] as const;
const ALIGNMENT = 32;

export function ggufFile(
  metadata: Readonly<Record<string, GgufValue>>,
  tensors: readonly GgufTensor[],
): Uint8Array<ArrayBuffer> {
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
  parts.push(new TextEncoder().encode('GGUF'));
  u32(3);
  u64(tensors.length);
  u64(Object.keys(metadata).length);
  for (const [key, value] of Object.entries(metadata)) {
    text(key);
    if (typeof value === 'string') {
      u32(STRING);
      text(value);
    } else if (typeof value === 'boolean') {
      u32(BOOL);
      put(1, (view) => view.setUint8(0, value ? 1 : 0));
    } else if (typeof value === 'number') {
      u32(Number.isInteger(value) ? U32 : FLOAT);
      if (Number.isInteger(value)) u32(value);
      else put(4, (view) => view.setFloat32(0, value, true));
    } else {
      u32(ARRAY);
      u32(typeof value[0] === 'string' ? STRING : I32);
      u64(value.length);
      for (const each of value) typeof each === 'string' ? text(each) : u32(each);
    }
  }
  let offset = 0;
  for (const { name, shape, type, data } of tensors) {
    text(name);
    u32(shape.length);
    for (const length of [...shape].reverse()) u64(length);
    u32(type);
    u64(offset);
    offset += aligned(data.length);
  }
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const file = new Uint8Array(aligned(size) + offset);
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  at = aligned(size);
  for (const { data } of tensors) {
    file.set(data, at);
    at += aligned(data.length);
  }
  return file;
}

const aligned = (bytes: number) => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

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
