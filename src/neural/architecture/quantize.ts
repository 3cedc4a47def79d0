// Weights in 4 or 8 bits: blocks of 32 along the input share a scale. In 4 bits two values share a byte, the lower half
// first. Values are stored with an offset of half of their range: zero is 8 or 128.

import { hadamardTransform, hadamardWidth } from './hadamard.ts';

export const BLOCK = 32;

export type Bits = 4 | 8;

export interface Quantized {
  readonly bits: Bits;
  readonly rows: number;
  readonly columns: number;
  /** [rows, blocks, 32 * bits / 8] bytes. */
  readonly packed: Uint8Array;
  /** [rows, blocks]. */
  readonly scales: Float32Array;
}

/** The arrays of the matrices, in order. */
export function arraysOf(matrices: ReadonlyMap<string, Quantized> = new Map()): (Uint8Array | Float32Array)[] {
  return [...matrices.values()].flatMap(({ packed, scales }) => [packed, scales]);
}

/** Stacks the rows of several matrices. */
export function stackMatrices(parts: readonly Quantized[]): Quantized {
  const [first] = parts as readonly [Quantized, ...Quantized[]];
  if (parts.length === 1) return first;
  const packed = new Uint8Array(parts.reduce((sum, part) => sum + part.packed.length, 0));
  const scales = new Float32Array(parts.reduce((sum, part) => sum + part.scales.length, 0));
  let [byte, scale] = [0, 0];
  for (const part of parts) {
    packed.set(part.packed, byte);
    scales.set(part.scales, scale);
    byte += part.packed.length;
    scale += part.scales.length;
  }
  return { ...first, rows: parts.reduce((sum, { rows }) => sum + rows, 0), packed, scales };
}

/**
 * Rounds to q * scale, q in -8..7 or -128..127. The scale has the sign that maps the value of largest magnitude to -8
 * or -128, the larger end of the range. In 4 bits a few smaller scales are tried too: clipping one value can be better
 * for the other 31.
 */
export function quantize(data: Float32Array, rows: number, columns: number, bits: Bits): Quantized {
  const blocks = Math.ceil(columns / BLOCK);
  const zero = 2 ** (bits - 1);
  const blockBytes = (BLOCK * bits) / 8;
  const packed = new Uint8Array(rows * blocks * blockBytes).fill(bits === 4 ? 0x88 : zero);
  const scales = new Float32Array(rows * blocks);
  for (let row = 0; row < rows; row++) {
    for (let block = 0; block < blocks; block++) {
      const start = row * columns + block * BLOCK;
      const count = Math.min(BLOCK, columns - block * BLOCK);
      const extreme = extremeOf(data, start, start + count);
      // All zero, as the arrays already are.
      if (extreme === 0) continue;
      const scale = bits === 4 ? bestScale(data, start, start + count, extreme) : Math.fround(-extreme / zero);
      const index = row * blocks + block;
      scales[index] = scale;
      for (let i = 0; i < count; i++) {
        const value = (data[start + i] as number) / scale;
        const q = Math.max(0, Math.min(2 * zero - 1, Math.round(value) + zero));
        if (bits === 8) packed[index * blockBytes + i] = q;
        else {
          const byte = index * blockBytes + (i >> 1);
          packed[byte] =
            i % 2 === 0 ? ((packed[byte] as number) & 0xf0) | q : ((packed[byte] as number) & 0x0f) | (q << 4);
        }
      }
    }
  }
  return { bits, rows, columns, packed, scales };
}

/** The value of largest magnitude. */
function extremeOf(data: Float32Array, start: number, end: number): number {
  let low = 0;
  let high = 0;
  for (let i = start; i < end; i++) {
    const value = data[i] as number;
    if (value < low) low = value;
    else if (value > high) high = value;
  }
  return -low > high ? low : high;
}

const SHRINK_FACTORS = [1, 0.94, 0.88, 0.82] as const;
/** Adding and subtracting 1.5 x 2^52 rounds a double to the nearest integer, several times faster than Math.round. */
const ROUND = 6755399441055744;

function bestScale(data: Float32Array, start: number, end: number, extreme: number): number {
  let best = 0;
  let leastError = Number.POSITIVE_INFINITY;
  for (const shrink of SHRINK_FACTORS) {
    const scale = Math.fround((shrink * extreme) / -8);
    const inverse = 1 / scale;
    // The error is in units of the scale until the end, where it is converted to the weights' units for the comparison.
    let error = 0;
    for (let i = start; i < end; i++) {
      const value = (data[i] as number) * inverse;
      let rounded = value + ROUND - ROUND;
      if (rounded > 7) rounded = 7;
      else if (rounded < -8) rounded = -8;
      error += (value - rounded) * (value - rounded);
    }
    error *= scale * scale;
    if (error < leastError) {
      leastError = error;
      best = scale;
    }
  }
  return best;
}

export function dequantize(matrix: Quantized): Float32Array {
  const out = new Float32Array(matrix.rows * matrix.columns);
  unpackRows(matrix, 0, matrix.rows, out);
  return out;
}

/** Rows that are transposed together: their values fill whole cache lines of the result. */
const ROWS_AT_ONCE = 64;

/**
 * Largest magnitude of an 8-bit weight. x86 processors without VNNI add two products in 16 bits: 2 * 255 * 63 still
 * fits, larger sums are silently wrong (overflow.ts).
 */
export type QuantizationRange = 127 | 63;

/**
 * Stacked matrices [rows, inner] after the Hadamard transform along `inner`, transposed, in 8 bits with one scale per
 * row: values [inner, rows of all], -range..range. A row of 4-bit values loses little: their steps are some sixteen
 * times as wide.
 *
 * @param buffer for the values; absent: they get their own
 */
export function quantizeTransposed(
  matrices: readonly (Quantized | Float32Array)[],
  inner: number,
  range: QuantizationRange,
  buffer?: Int8Array,
): { readonly values: Int8Array; readonly scales: Float32Array } {
  const counts = matrices.map((matrix) => (matrix instanceof Float32Array ? matrix.length / inner : matrix.rows));
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const values = buffer?.subarray(0, inner * rows) ?? new Int8Array(inner * rows);
  const scales = new Float32Array(rows);
  const unpackedRows = new Float32Array(ROWS_AT_ONCE * inner);
  let start = 0;
  matrices.forEach((matrix, m) => {
    const count = counts[m] as number;
    for (let at = 0; at < count; at += ROWS_AT_ONCE) {
      const size = Math.min(ROWS_AT_ONCE, count - at);
      if (matrix instanceof Float32Array) unpackedRows.set(matrix.subarray(at * inner, (at + size) * inner));
      else unpackRows(matrix, at, size, unpackedRows);
      hadamardTransform(unpackedRows.subarray(0, size * inner), hadamardWidth(inner));
      roundRows(unpackedRows, size, inner, range, values, scales, start + at);
    }
    start += count;
  });
  return { values, scales };
}

function roundRows(
  from: Float32Array,
  count: number,
  inner: number,
  range: QuantizationRange,
  values: Int8Array,
  scales: Float32Array,
  column: number,
): void {
  const all = scales.length;
  for (let row = 0; row < count; row++) {
    const start = row * inner;
    const scale = Math.abs(extremeOf(from, start, start + inner)) / range;
    scales[column + row] = scale;
    const inverse = scale === 0 ? 0 : 1 / scale;
    for (let i = start; i < start + inner; i++) from[i] = (from[i] as number) * inverse + ROUND - ROUND;
  }
  for (let i = 0; i < inner; i++) {
    const index = i * all + column;
    for (let row = 0; row < count; row++) values[index + row] = from[row * inner + i] as number;
  }
}

/** Unpacks some rows of a packed matrix to the front of `into`. */
function unpackRows(
  { bits, columns, packed, scales }: Quantized,
  from: number,
  count: number,
  into: Float32Array,
): void {
  const blocks = Math.ceil(columns / BLOCK);
  const zero = 2 ** (bits - 1);
  const blockBytes = (BLOCK * bits) / 8;
  let at = 0;
  for (let index = from * blocks; index < (from + count) * blocks; index++) {
    const scale = scales[index] as number;
    const end = Math.min(BLOCK, columns - (index % blocks) * BLOCK);
    for (let i = 0; i < end; i++) {
      const byte = packed[index * blockBytes + (bits === 4 ? i >> 1 : i)] as number;
      const q = bits === 8 ? byte : i % 2 === 0 ? byte & 15 : byte >> 4;
      into[at++] = (q - zero) * scale;
    }
  }
}
