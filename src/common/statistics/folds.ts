// Cross-validation folds, by file or at random: each row is measured with a model that was fitted without its fold.
import { shuffled } from './random.ts';

const FOLDS = 5;

/** The fold of each item, at random. */
export function foldsOf(count: number, seed: number, folds = FOLDS): Uint8Array {
  const fold = new Uint8Array(count);
  shuffled(count, seed).forEach((item, i) => {
    fold[item] = i % folds;
  });
  return fold;
}

/**
 * Folds with disjoint files. Each file, largest first, goes to the fold with the fewest rows so far.
 * Returns no folds if there are fewer than two files or ten rows.
 */
export function splitByFile<T extends { readonly path: string }>(rows: readonly T[]): { heldOut: T[]; rest: T[] }[] {
  const byFile = new Map<string, T[]>();
  for (const row of rows) {
    const file = byFile.get(row.path);
    if (file === undefined) byFile.set(row.path, [row]);
    else file.push(row);
  }
  if (byFile.size < 2 || rows.length < 10) return [];
  const folds = Array.from({ length: Math.min(FOLDS, byFile.size) }, () => [] as T[]);
  const files = [...byFile].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1));
  for (const [, file] of files) {
    folds.reduce((least, fold) => (fold.length < least.length ? fold : least)).push(...file);
  }
  return folds.map((heldOut) => ({ heldOut, rest: folds.filter((f) => f !== heldOut).flat() }));
}
