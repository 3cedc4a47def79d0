// Many numbers a row to few that tell most of them apart: principal components of standardised columns.
// Source: randomised subspace iteration (Halko, Martinsson & Tropp 2011, arXiv 0909.4061, algorithm 4.4).
import { normals } from './random.ts';
import { add, dot } from './vectors.ts';

export interface Components {
  /** Of each column. */
  readonly mean: Float32Array;
  readonly scale: Float32Array;
  /** [components x columns]; rows carry the factor that brings `projected` rows to a mean square length of one. */
  readonly axes: readonly Float32Array[];
}

const EXTRA = 8;
const ROUNDS = 3;

/** @param rows f32, all as long; @param count of components at most */
export function componentsOf(rows: readonly Float32Array[], count: number): Components {
  const width = rows[0]?.length ?? 0;
  const mean = new Float32Array(width);
  const scale = new Float32Array(width);
  for (const row of rows)
    for (let j = 0; j < width; j++) mean[j] = (mean[j] as number) + (row[j] as number) / rows.length;
  for (const row of rows) {
    for (let j = 0; j < width; j++) scale[j] = (scale[j] as number) + ((row[j] as number) - (mean[j] as number)) ** 2;
  }
  for (let j = 0; j < width; j++) scale[j] = 1 / (Math.sqrt((scale[j] as number) / rows.length) + 1e-6);
  const standard = rows.map((row) => standardised(row, mean, scale));
  const normal = normals(1);
  let axes = Array.from({ length: Math.min(count + EXTRA, width, rows.length) }, () =>
    Float32Array.from({ length: width }, normal),
  );
  let sizes: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const turned = axes.map(() => new Float32Array(width));
    for (const row of standard) {
      for (const [k, axis] of axes.entries()) add(turned[k] as Float32Array, row, dot(axis, row) / rows.length);
    }
    sizes = orthonormalise(turned);
    axes = turned;
  }
  const kept = sizes
    .map((size, k) => ({ size, axis: axes[k] as Float32Array }))
    .sort((a, b) => b.size - a.size)
    .slice(0, count)
    .filter(({ size }) => size > 1e-9);
  // A component's variance is its size; by its fourth root it is evened out half way, which keeps noise from counting like the rest.
  const total = Math.sqrt(kept.reduce((sum, { size }) => sum + Math.sqrt(size), 0)) || 1;
  return { mean, scale, axes: kept.map(({ size, axis }) => axis.map((a) => a / (size ** 0.25 * total))) };
}

export function projected({ mean, scale, axes }: Components, row: Float32Array): Float32Array {
  const standard = standardised(row, mean, scale);
  return Float32Array.from(axes, (axis) => dot(axis, standard));
}

function standardised(row: Float32Array, mean: Float32Array, scale: Float32Array): Float32Array {
  return row.map((x, j) => (x - (mean[j] as number)) * (scale[j] as number));
}

/** Gram-Schmidt, in place. What was left of each vector: in the end the variances along them. */
function orthonormalise(vectors: readonly Float32Array[]): number[] {
  return vectors.map((vector, k) => {
    for (let other = 0; other < k; other++) {
      const axis = vectors[other] as Float32Array;
      add(vector, axis, -dot(axis, vector));
    }
    const size = Math.sqrt(dot(vector, vector));
    for (let j = 0; j < vector.length; j++) vector[j] = size < 1e-12 ? 0 : (vector[j] as number) / size;
    return size;
  });
}
