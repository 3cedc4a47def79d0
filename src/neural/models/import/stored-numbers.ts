// The formats of stored numbers, one row each: values and bytes of a block, and how to read it. Source: ggml's
// ggml-common.h and ggml-quants.c; the numbers of the types are GGUF's.
import { fromBfloat, fromHalf } from '../../../common/half.ts';

export interface BlockType {
  readonly name: string;
  /** Number of values in one block. */
  readonly values: number;
  readonly bytes: number;
  /** Converts `count` blocks from `at` on to values, written to `into` from `to` on. */
  readonly read: (view: DataView, at: number, count: number, into: Float32Array, to: number) => void;
}

/** A type whose blocks are read one by one. */
function row(
  name: string,
  values: number,
  bytes: number,
  one: (view: DataView, at: number, into: Float32Array, to: number) => void,
): BlockType {
  const read: BlockType['read'] = (view, at, count, into, to) => {
    for (let block = 0; block < count; block++) one(view, at + block * bytes, into, to + block * values);
  };
  return { name, values, bytes, read };
}

const half = (view: DataView, at: number) => fromHalf(view.getUint16(at, true));

/** Low halves of 16 bytes, then their high halves. */
function nibbles(view: DataView, at: number, into: Float32Array, to: number, value: (q: number, i: number) => number) {
  for (let j = 0; j < 16; j++) {
    const byte = view.getUint8(at + j);
    into[to + j] = value(byte & 15, j);
    into[to + j + 16] = value(byte >> 4, j + 16);
  }
}

/** The eight scales and eight minima of six bits that twelve bytes hold: those of sub-block `j`. */
function scaleAndMinimum(view: DataView, at: number, j: number): readonly [number, number] {
  const s = (i: number) => view.getUint8(at + i);
  if (j < 4) return [s(j) & 63, s(j + 4) & 63];
  return [(s(j + 4) & 15) | ((s(j - 4) >> 6) << 4), (s(j + 4) >> 4) | ((s(j) >> 6) << 4)];
}

/** Q4_K and, with a fifth bit in `fifths`, Q5_K: per 64 values 32 low halves, then the 32 high ones. */
function superBlock(view: DataView, at: number, into: Float32Array, to: number, fifths: number | undefined): void {
  const [d, least] = [half(view, at), half(view, at + 2)];
  const data = at + (fifths === undefined ? 16 : 48);
  for (let sub = 0; sub < 8; sub++) {
    const [sc, m] = scaleAndMinimum(view, at + 4, sub);
    const [scale, minimum] = [d * sc, least * m];
    for (let l = 0; l < 32; l++) {
      const byte = view.getUint8(data + (sub >> 1) * 32 + l);
      const fifth = fifths === undefined ? 0 : ((view.getUint8(at + fifths + l) >> sub) & 1) << 4;
      into[to + sub * 32 + l] = scale * ((sub % 2 === 0 ? byte & 15 : byte >> 4) | fifth) - minimum;
    }
  }
}

export const F32 = row('F32', 1, 4, (view, at, into, to) => {
  into[to] = view.getFloat32(at, true);
});
export const F16 = row('F16', 1, 2, (view, at, into, to) => {
  into[to] = half(view, at);
});
export const BF16 = row('BF16', 1, 2, (view, at, into, to) => {
  into[to] = fromBfloat(view.getUint16(at, true));
});

/** By GGUF's number. */
export const BLOCK_TYPES: ReadonlyMap<number, BlockType> = new Map([
  [0, F32],
  [1, F16],
  [
    2,
    row('Q4_0', 32, 18, (view, at, into, to) => {
      const d = half(view, at);
      nibbles(view, at + 2, into, to, (q) => (q - 8) * d);
    }),
  ],
  [
    3,
    row('Q4_1', 32, 20, (view, at, into, to) => {
      const [d, m] = [half(view, at), half(view, at + 2)];
      nibbles(view, at + 4, into, to, (q) => q * d + m);
    }),
  ],
  [
    6,
    row('Q5_0', 32, 22, (view, at, into, to) => {
      const [d, fifths] = [half(view, at), view.getUint32(at + 2, true)];
      nibbles(view, at + 6, into, to, (q, i) => ((q | (((fifths >>> i) & 1) << 4)) - 16) * d);
    }),
  ],
  [
    8,
    row('Q8_0', 32, 34, (view, at, into, to) => {
      const d = half(view, at);
      for (let i = 0; i < 32; i++) into[to + i] = view.getInt8(at + 2 + i) * d;
    }),
  ],
  [12, row('Q4_K', 256, 144, (view, at, into, to) => superBlock(view, at, into, to, undefined))],
  [13, row('Q5_K', 256, 176, (view, at, into, to) => superBlock(view, at, into, to, 16))],
  [
    14,
    row('Q6_K', 256, 210, (view, at, into, to) => {
      const d = half(view, at + 208);
      for (let l = 0; l < 256; l++) {
        // Each half of the block has four runs of 32 values: the low and high halves of 64 bytes, and two bits each of
        // 32 more bytes.
        const [part, run, index] = [l >> 7, (l >> 5) & 3, l & 31];
        const byte = view.getUint8(at + part * 64 + (run % 2) * 32 + index);
        const high = (view.getUint8(at + 128 + part * 32 + index) >> (2 * run)) & 3;
        const q = (run < 2 ? byte & 15 : byte >> 4) | (high << 4);
        into[to + l] = d * view.getInt8(at + 192 + (l >> 4)) * (q - 32);
      }
    }),
  ],
  [30, BF16],
]);

/** Names of ggml's other types, to say which one it is. */
const OTHERS: ReadonlyMap<number, string> = new Map([
  [7, 'Q5_1'],
  [9, 'Q8_1'],
  [10, 'Q2_K'],
  [11, 'Q3_K'],
  [15, 'Q8_K'],
  [16, 'IQ2_XXS'],
  [17, 'IQ2_XS'],
  [18, 'IQ3_XXS'],
  [19, 'IQ1_S'],
  [20, 'IQ4_NL'],
  [21, 'IQ3_S'],
  [22, 'IQ2_S'],
  [23, 'IQ4_XS'],
  [29, 'IQ1_M'],
  [39, 'MXFP4'],
]);

export function typeName(id: number): string {
  return BLOCK_TYPES.get(id)?.name ?? OTHERS.get(id) ?? `type ${id}`;
}
