// Suffix array over token ids by prefix doubling, to a fixed depth, because no look-up is longer. Counting sorts, O(n)
// a round.
// Source: Manber and Myers 1993; the depth limit is ours.

/**
 * Positions of `text` sorted by their first `depth` tokens (a power of two); the order of equal ones is
 * undefined. A position near the end sorts before its extensions.
 * @param alphabet every token is below it
 */
export function suffixArray(text: Int32Array, alphabet: number, depth: number): Int32Array {
  const length = text.length;
  const order = new Int32Array(length);
  const fresh = new Int32Array(length);
  // Rank 0 is 'past the end', so that a prefix sorts before its extensions.
  let rank = new Int32Array(length);
  let nextRank = new Int32Array(length);
  const starts = new Int32Array(Math.max(alphabet, length) + 2);

  for (let i = 0; i < length; i++) starts[(text[i] as number) + 1] = (starts[(text[i] as number) + 1] as number) + 1;
  for (let token = 0; token < alphabet; token++)
    starts[token + 1] = (starts[token + 1] as number) + (starts[token] as number);
  for (let i = 0; i < length; i++) {
    const token = text[i] as number;
    const slot = starts[token] as number;
    order[slot] = i;
    starts[token] = slot + 1;
  }
  let groups = 0;
  for (let k = 0; k < length; k++) {
    const at = order[k] as number;
    if (k === 0 || text[at] !== text[order[k - 1] as number]) groups += 1;
    rank[at] = groups;
  }

  for (let half = 1; half < depth && groups < length; half *= 2) {
    // By the second half first: positions whose second half is past the end, then the order so far, shifted.
    let filled = 0;
    for (let i = Math.max(0, length - half); i < length; i++) fresh[filled++] = i;
    for (let k = 0; k < length; k++) {
      const at = (order[k] as number) - half;
      if (at >= 0) fresh[filled++] = at;
    }
    // Then, stably, by the first half.
    starts.fill(0, 0, groups + 2);
    for (let i = 0; i < length; i++) starts[(rank[i] as number) + 1] = (starts[(rank[i] as number) + 1] as number) + 1;
    for (let group = 0; group <= groups; group++)
      starts[group + 1] = (starts[group + 1] as number) + (starts[group] as number);
    for (let k = 0; k < length; k++) {
      const at = fresh[k] as number;
      const group = rank[at] as number;
      const slot = starts[group] as number;
      order[slot] = at;
      starts[group] = slot + 1;
    }
    groups = 0;
    let before = -1;
    for (let k = 0; k < length; k++) {
      const at = order[k] as number;
      if (k === 0 || rank[at] !== rank[before] || second(rank, at + half) !== second(rank, before + half)) groups += 1;
      nextRank[at] = groups;
      before = at;
    }
    [rank, nextRank] = [nextRank, rank];
  }
  return order;
}

function second(rank: Int32Array, at: number): number {
  return at < rank.length ? (rank[at] as number) : 0;
}
