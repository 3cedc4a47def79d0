// The likeliest next tokens of a model, with log probabilities of the whole vocabulary.

/** Likeliest first. */
export interface TopTokens {
  readonly ids: readonly number[];
  readonly logs: readonly number[];
}

/** Number of tokens of a distribution that are read. */
export const TOP = 512;

/** Logarithm of the sum of all exponentials: a token's log probability is its logit minus this. */
export function logTotal(logits: Float32Array): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (const value of logits) if (value > highest) highest = value;
  let total = 0;
  for (const value of logits) total += Math.exp(value - highest);
  return highest + Math.log(total);
}
