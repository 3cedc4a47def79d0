// Rotates rows with more columns than rows into as many dimensions as there are rows, without loss.
// Weights that are fitted with an L2 penalty lie in the span of the rows (the representer theorem). The rotation keeps
// the products between rows, so the fit is the same but cheaper.
import type { DenseHead } from './dense-softmax.ts';
import { add } from './vectors.ts';

export interface RowSpace {
  /** The lower triangular Cholesky factor of the products between rows, without the zeros right of the diagonal. */
  readonly rows: readonly Float32Array[];
  /** Length of the longest row. */
  readonly width: number;
  /** Converts a head that was fitted on these rows to a head for the original rows. */
  toColumns(head: DenseHead): DenseHead;
}

/** A row depends linearly on earlier rows if the remainder of its squared norm is below this share. */
const DEPENDENT_SHARE = 1e-9;

/** @param rows f32 rows of equal length; they are returned unchanged if there are at least as many rows as columns */
export function rowSpaceOf(rows: readonly Float32Array[]): RowSpace {
  const columns = rows[0]?.length ?? 0;
  if (rows.length >= columns) return { rows: rows, width: columns, toColumns: (head) => head };
  const factor = choleskyFactorOf(rows);
  return {
    rows: factor.map((row) => Float32Array.from(row)),
    width: rows.length,
    toColumns: ({ weights, biases }) => ({
      weights: weights.map((classWeights) => columnWeightsOf(rows, factor, classWeights)),
      biases,
    }),
  };
}

function choleskyFactorOf(rows: readonly Float32Array[]): Float64Array[] {
  const factor = productsOf(rows);
  const count = rows.length;
  for (let i = 0; i < count; i++) {
    const row = factor[i] as Float64Array;
    const square = row[i] as number;
    for (let j = 0; j <= i; j++) {
      const other = factor[j] as Float64Array;
      let [left, right] = [0, 0];
      const even = j & ~1;
      for (let k = 0; k < even; k += 2) {
        left += (row[k] as number) * (other[k] as number);
        right += (row[k + 1] as number) * (other[k + 1] as number);
      }
      if (even < j) left += (row[even] as number) * (other[even] as number);
      const remainder = (row[j] as number) - left - right;
      if (i === j) row[i] = remainder > DEPENDENT_SHARE * square ? Math.sqrt(remainder) : 0;
      else row[j] = other[j] === 0 ? 0 : remainder / (other[j] as number);
    }
  }
  return factor;
}

/** Number of columns in a panel. A panel of a thousand rows fits into the processor's cache. */
const PANEL = 256;

/** Products of each row with the rows up to itself. */
function productsOf(rows: readonly Float32Array[]): Float64Array[] {
  const products = rows.map((_, i) => new Float64Array(i + 1));
  const width = rows[0]?.length ?? 0;
  // Rows of zeros after the last row complete the last block.
  const panel = new Float64Array((rows.length + 4) * PANEL);
  const block = new Float64Array(8);
  for (let from = 0; from < width; from += PANEL) {
    panel.fill(0);
    rows.forEach((row, i) => void panel.set(row.subarray(from, from + PANEL), i * PANEL));
    for (let i = 0; i < rows.length; i += 4) {
      for (let j = 0; j < Math.min(i + 4, rows.length); j += 2) {
        fourByTwo(panel, i * PANEL, j * PANEL, block);
        for (let n = 0; n < 8; n++) {
          const target = products[i + (n >> 1)];
          const column = j + (n & 1);
          if (target && column < target.length) target[column] = (target[column] as number) + (block[n] as number);
        }
      }
    }
  }
  return products;
}

/** Products of four rows of a panel with two rows, [4][2]. The block form reuses loaded values. */
function fourByTwo(panel: Float64Array, first: number, second: number, block: Float64Array): void {
  let a0 = 0;
  let a1 = 0;
  let b0 = 0;
  let b1 = 0;
  let c0 = 0;
  let c1 = 0;
  let d0 = 0;
  let d1 = 0;
  for (let k = 0; k < PANEL; k++) {
    const x = panel[second + k] as number;
    const y = panel[second + PANEL + k] as number;
    const a = panel[first + k] as number;
    const b = panel[first + PANEL + k] as number;
    const c = panel[first + 2 * PANEL + k] as number;
    const d = panel[first + 3 * PANEL + k] as number;
    a0 += a * x;
    a1 += a * y;
    b0 += b * x;
    b1 += b * y;
    c0 += c * x;
    c1 += c * y;
    d0 += d * x;
    d1 += d * y;
  }
  block[0] = a0;
  block[1] = a1;
  block[2] = b0;
  block[3] = b1;
  block[4] = c0;
  block[5] = c1;
  block[6] = d0;
  block[7] = d1;
}

/** Converts weights of the rotated dimensions to column weights: solves with the factor's transpose and sums rows. */
function columnWeightsOf(
  rows: readonly Float32Array[],
  factor: readonly Float64Array[],
  rotatedWeights: Float64Array,
): Float64Array {
  const shares = rotatedWeights.slice(0, rows.length);
  const weights = new Float64Array(rows[0]?.length ?? 0);
  for (let i = rows.length - 1; i >= 0; i--) {
    const factorRow = factor[i] as Float64Array;
    const pivot = factorRow[i] as number;
    const share = pivot === 0 ? 0 : (shares[i] as number) / pivot;
    for (let j = 0; j < i; j++) shares[j] = (shares[j] as number) - share * (factorRow[j] as number);
    add(weights, rows[i] as Float32Array, share);
  }
  return weights;
}
