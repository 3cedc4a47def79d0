// The likeliest next tokens of a model, with log probabilities of the whole vocabulary.

/** Likeliest first. */
export interface TopTokens {
  readonly ids: readonly number[];
  readonly logs: readonly number[];
}

/** Number of tokens of a distribution that are read. */
export const TOP = 512;

/** Logarithm of the sum of all exponentials: a token's log probability is its logit minus this. */
export function logTotal(logits: Float32Array, highest = highestOf(logits)): number {
  let total = 0;
  for (const value of logits) total += Math.exp(value - highest);
  return highest + Math.log(total);
}

export function topTokens(logits: Float32Array): TopTokens {
  const highest = highestOf(logits);
  const sum = logTotal(logits, highest);
  // A threshold that few tokens pass is lowered until enough do.
  let ids: number[] = [];
  for (let reach = 8; ids.length < Math.min(TOP, logits.length) && reach <= 64; reach *= 2) {
    ids = [];
    const least = reach === 64 ? Number.NEGATIVE_INFINITY : highest - reach;
    for (let id = 0; id < logits.length; id++) if ((logits[id] as number) >= least) ids.push(id);
  }
  ids.sort((a, b) => (logits[b] as number) - (logits[a] as number));
  ids.length = Math.min(ids.length, TOP);
  return { ids, logs: ids.map((id) => (logits[id] as number) - sum) };
}

function highestOf(logits: Float32Array): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (const value of logits) if (value > highest) highest = value;
  return highest;
}
