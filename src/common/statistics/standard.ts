// Standardises columns to mean zero and equal spread, so that the mean squared length of a row is one.

export interface Standardization {
  /** Mean of each column, and the factor that scales it. */
  readonly mean: Float32Array;
  readonly scale: Float32Array;
}

/** @param rows f32 rows of equal length */
export function fitStandardization(rows: readonly Float32Array[]): Standardization {
  const width = rows[0]?.length ?? 0;
  const mean = new Float32Array(width);
  const scale = new Float32Array(width);
  for (const row of rows)
    for (let j = 0; j < width; j++) mean[j] = (mean[j] as number) + (row[j] as number) / rows.length;
  for (const row of rows) {
    for (let j = 0; j < width; j++) scale[j] = (scale[j] as number) + ((row[j] as number) - (mean[j] as number)) ** 2;
  }
  const length = Math.sqrt(Math.max(1, width));
  for (let j = 0; j < width; j++) {
    const spread = Math.sqrt((scale[j] as number) / Math.max(1, rows.length));
    // A constant column becomes zero.
    scale[j] = spread < 1e-6 * (1 + Math.abs(mean[j] as number)) ? 0 : 1 / (spread * length);
  }
  return { mean, scale };
}

export function standardize({ mean, scale }: Standardization, row: Float32Array): Float32Array {
  return row.map((x, j) => (x - (mean[j] as number)) * (scale[j] as number));
}
