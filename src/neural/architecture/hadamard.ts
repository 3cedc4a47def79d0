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
