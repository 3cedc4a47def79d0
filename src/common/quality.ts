// The quality measures of completions, used in benchmarks, router and report.

/** Exact match as `bench/data` defines it: equal after trimming both sides. */
export function exactMatch(answer: string, truth: string): boolean {
  return answer.trim() === truth.trim();
}

/** 1 - Levenshtein(answer, truth) / max length, after trimming; 1 for two empty strings. In UTF-16 units. */
export function editSimilarity(answer: string, truth: string): number {
  const a = answer.trim();
  const b = truth.trim();
  const longest = Math.max(a.length, b.length);
  if (longest === 0) return 1;
  let row = new Uint32Array(b.length + 1).map((_, j) => j);
  let next = new Uint32Array(b.length + 1);
  for (let i = 0; i < a.length; i++) {
    next[0] = i + 1;
    for (let j = 0; j < b.length; j++) {
      const substitution = (row[j] as number) + (a.charCodeAt(i) === b.charCodeAt(j) ? 0 : 1);
      next[j + 1] = Math.min(substitution, (row[j + 1] as number) + 1, (next[j] as number) + 1);
    }
    [row, next] = [next, row];
  }
  return 1 - (row[b.length] as number) / longest;
}

/** NaN for no values. */
export const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The p-quantile (0..1) of the values by the nearest-rank rule; NaN without values. */
export function quantile(values: readonly number[], p: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((x, y) => x - y);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(p * sorted.length) - 1))] as number;
}

/** The relative increase of a token's probability for a loss lower by so many nats. */
export function likelierBy(nats: number): number {
  return Math.exp(nats) - 1;
}
