// Predictions of the n-grams that both searches need: how the line ends, and which tokens probably follow.

import type { Predictor } from '../ngram/predictor.ts';

/** Tokens of the rest of the cursor's line that the n-grams have to predict. */
export const REST_TOKENS = 4;
/** Entries behind a context's end that `restProbability` may overwrite. */
export const REST_ENTRIES = 6;
/** Below this probability the remaining tokens of the rest are not predicted. */
const MIN_PROBABILITY = 0.01;

/**
 * Probability that the rest of the line and its end come next: then the middle ends there. Writes to the context behind
 * `end`.
 * @param rest its first tokens
 */
export function restProbability(predictor: Predictor, rest: Int32Array, context: Int32Array, end: number): number {
  let p = 1;
  let at = end;
  for (const token of rest) {
    predictor.predict(context, at);
    p *= predictor.probabilityOf(token);
    if (p < MIN_PROBABILITY || at === context.length) return p < MIN_PROBABILITY ? 0 : p;
    context[at++] = token;
  }
  if (rest.length === REST_TOKENS) return p;
  predictor.predict(context, at);
  return p * lineEndProbability(predictor);
}

/** Probability that the line ends, under the latest prediction. @param except a token that does not count */
export function lineEndProbability({ evidence, mixture, vocabulary }: Predictor, except = -1): number {
  let sum = 0;
  for (let slot = 0; slot < evidence.size; slot++) {
    const id = evidence.candidates[slot] as number;
    if (vocabulary.endsLine[id] === 1 && id !== except) sum += mixture.probabilities[slot] as number;
  }
  return sum;
}

/**
 * The likeliest tokens after the context within the line, while their joint probability is high enough. Writes them to
 * the context behind `end`.
 */
export function likelyTokens(
  predictor: Predictor,
  context: Int32Array,
  end: number,
  most: number,
  leastProbability: number,
): number[] {
  const found: number[] = [];
  let jointProbability = 1;
  while (found.length < most) {
    predictor.predict(context, end + found.length);
    const { evidence, mixture, vocabulary } = predictor;
    let best = -1;
    for (let slot = 0; slot < evidence.size; slot++) {
      if (best < 0 || (mixture.probabilities[slot] as number) > (mixture.probabilities[best] as number)) best = slot;
    }
    const token = evidence.candidates[best];
    jointProbability *= mixture.probabilities[best] ?? 0;
    if (token === undefined || vocabulary.endsLine[token] === 1 || jointProbability < leastProbability) break;
    context[end + found.length] = token;
    found.push(token);
  }
  return found;
}
