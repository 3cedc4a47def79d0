// Confidence of the n-grams above which no hidden states are read.

/**
 * The recorded tasks keep what the states bring when texts below this are read (`bench -- tasks`,
 * 'states-only-where-n-grams-doubt').
 */
const SURE = 0.95;

export function isSure(probabilities: readonly number[]): boolean {
  return Math.max(...probabilities) >= SURE;
}
