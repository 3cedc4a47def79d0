// Weights in 4 bits: blocks of 32 along the input share a scale, and two values a byte, the lower half first. Values
// are stored with an offset of 8. models/pretrain/quantise.py rounds them.

// The Hadamard transform, which spreads outliers over their neighbours so that all values suit a common scale (QuaRot,
// Ashkboos et al. 2024). The matrix is its own inverse: transformed activations and weights have the same product as
// before.

/** Values per transform: the largest power of two up to 64 that divides a row. */
export function hadamardWidth(inner: number): number {
  let width = 1;
  while (width < 64 && inner % (2 * width) === 0) width *= 2;
  return width;
}

/** Each run of `width` values times Sylvester's Hadamard matrix, in place, by the fast Walsh-Hadamard transform. */
export function hadamardTransform(values: Float32Array, width: number): void {
  const norm = width ** -0.5;
  for (let start = 0; start < values.length; start += width) {
    for (let half = 1; half < width; half *= 2) {
      for (let at = start; at < start + width; at += 2 * half) {
        for (let i = at; i < at + half; i++) {
          const left = values[i] as number;
          const right = values[i + half] as number;
          values[i] = left + right;
          values[i + half] = left - right;
        }
      }
    }
    for (let i = start; i < start + width; i++) values[i] = (values[i] as number) * norm;
  }
}

/** The matrix itself, [width, width], symmetric. */
export function hadamardMatrix(width: number): Float32Array {
  const out = new Float32Array(width * width);
  for (let i = 0; i < width; i++) out[i * width + i] = 1;
  hadamardTransform(out, width);
  return out;
}

export const BLOCK = 32;

export interface Quantized {
  readonly rows: number;
  readonly columns: number;
  /** [rows, blocks, 16] bytes. */
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

/** Adding and subtracting 1.5 x 2^52 rounds a double to the nearest integer, several times faster than Math.round. */
const ROUND = 6755399441055744;

export function dequantize(matrix: Quantized): Float32Array {
  const out = new Float32Array(matrix.rows * matrix.columns);
  unpackRows(matrix, 0, matrix.rows, out);
  return out;
}

/** Rows that are transposed together: their values fill whole cache lines of the result. */
const ROWS_AT_ONCE = 64;

/**
 * Largest magnitude of an 8-bit weight. x86 processors without VNNI add two products in 16 bits. There, 2 * 255 * 63
 * still fits, and larger sums are silently wrong (neural/inference/quantization-range.ts).
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
  matrices: readonly Quantized[],
  inner: number,
  range: QuantizationRange,
  buffer?: Int8Array,
): { readonly values: Int8Array; readonly scales: Float32Array } {
  const rows = matrices.reduce((sum, matrix) => sum + matrix.rows, 0);
  const values = buffer?.subarray(0, inner * rows) ?? new Int8Array(inner * rows);
  const scales = new Float32Array(rows);
  const unpackedRows = new Float32Array(ROWS_AT_ONCE * inner);
  let start = 0;
  for (const matrix of matrices) {
    for (let at = 0; at < matrix.rows; at += ROWS_AT_ONCE) {
      const size = Math.min(ROWS_AT_ONCE, matrix.rows - at);
      unpackRows(matrix, at, size, unpackedRows);
      hadamardTransform(unpackedRows.subarray(0, size * inner), hadamardWidth(inner));
      roundRows(unpackedRows, size, inner, range, values, scales, start + at);
    }
    start += matrix.rows;
  }
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
function unpackRows({ columns, packed, scales }: Quantized, from: number, count: number, into: Float32Array): void {
  const blocks = columns / BLOCK;
  let at = 0;
  for (let index = from * blocks; index < (from + count) * blocks; index++) {
    const scale = scales[index] as number;
    for (let i = 0; i < BLOCK; i++) {
      const byte = packed[(index * BLOCK + i) >> 1] as number;
      into[at++] = ((i % 2 === 0 ? byte & 15 : byte >> 4) - 8) * scale;
    }
  }
}
