// Weights in 4 bits: blocks of 32 along the input share a scale; two values a byte, the lower half first; 8 stands for zero.

export const BLOCK = 32;
const BITS = 4;

export interface Quantized {
  readonly rows: number;
  readonly columns: number;
  /** [rows, blocks, 16] bytes. */
  readonly packed: Uint8Array;
  /** [rows, blocks]. */
  readonly scales: Float32Array;
}

/**
 * Rounds to q * scale with q in -8..7. The value of largest magnitude alone would take the scale from its sign (-8 reaches
 * further than 7); a few smaller scales are tried too, since clipping one value can serve the other 31 better.
 */
export function quantize(data: Float32Array, rows: number, columns: number): Quantized {
  const blocks = Math.ceil(columns / BLOCK);
  const packed = new Uint8Array((rows * blocks * BLOCK * BITS) / 8).fill(0x88);
  const scales = new Float32Array(rows * blocks);
  for (let row = 0; row < rows; row++) {
    for (let block = 0; block < blocks; block++) {
      const start = row * columns + block * BLOCK;
      const count = Math.min(BLOCK, columns - block * BLOCK);
      const scale = bestScale(data, start, count);
      const place = row * blocks + block;
      scales[place] = scale;
      for (let i = 0; i < count; i++) {
        const q = level(data[start + i] as number, scale) + 8;
        const byte = place * (BLOCK / 2) + (i >> 1);
        packed[byte] =
          i % 2 === 0 ? ((packed[byte] as number) & 0xf0) | q : ((packed[byte] as number) & 0x0f) | (q << 4);
      }
    }
  }
  return { rows, columns, packed, scales };
}

function level(value: number, scale: number): number {
  return scale === 0 ? 0 : Math.max(-8, Math.min(7, Math.round(value / scale)));
}

const SHRINK = [1, 0.94, 0.88, 0.82] as const;
/** Adding and taking away 1.5 x 2^52 rounds a double to the nearest integer, several times faster than Math.round. */
const ROUND = 6755399441055744;

function bestScale(data: Float32Array, start: number, count: number): number {
  const end = start + count;
  let low = 0;
  let high = 0;
  for (let i = start; i < end; i++) {
    const value = data[i] as number;
    if (value < low) low = value;
    else if (value > high) high = value;
  }
  const extreme = -low > high ? low : high;
  if (extreme === 0) return 0;
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const shrink of SHRINK) {
    const scale = Math.fround((shrink * extreme) / -8);
    const inverse = 1 / scale;
    // In units of the scale; the error is the only thing compared, so it is put back into the weights' units at the end.
    let error = 0;
    for (let i = start; i < end; i++) {
      const value = (data[i] as number) * inverse;
      let rounded = value + ROUND - ROUND;
      if (rounded > 7) rounded = 7;
      else if (rounded < -8) rounded = -8;
      error += (value - rounded) * (value - rounded);
    }
    error *= scale * scale;
    if (error < least) {
      least = error;
      best = scale;
    }
  }
  return best;
}

export function dequantize({ rows, columns, packed, scales }: Quantized): Float32Array {
  const blocks = Math.ceil(columns / BLOCK);
  const out = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const place = row * blocks + Math.floor(column / BLOCK);
      const byte = packed[place * (BLOCK / 2) + ((column % BLOCK) >> 1)] as number;
      out[row * columns + column] = ((column % 2 === 0 ? byte & 15 : byte >> 4) - 8) * (scales[place] as number);
    }
  }
  return out;
}
