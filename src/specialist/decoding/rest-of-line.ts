// The n-grams' probability that the rest of the cursor's line comes next: then the middle ends there.
import type { NgramCursorPosition } from '../ngram/model.ts';
import type { Vocabulary } from '../ngram/vocabulary.ts';

/** Tokens of the rest that the n-grams have to predict. */
export const REST_TOKENS = 4;
/** Below this probability the remaining tokens of the rest are not predicted. */
const MIN_PROBABILITY = 0.01;

/**
 * Probability that the rest of the line and its end come next. Writes to the context behind `end`.
 * @param rest its first tokens
 */
export function restProbability(
  { predictor, path, scope }: Pick<NgramCursorPosition, 'predictor' | 'path' | 'scope'>,
  { endsLine }: Vocabulary,
  rest: Int32Array,
  context: Int32Array,
  end: number,
): number {
  let p = 1;
  let at = end;
  for (const token of rest) {
    predictor.predict(context, at, scope, path);
    p *= predictor.probabilityOf(token);
    if (p < MIN_PROBABILITY || at === context.length) return p < MIN_PROBABILITY ? 0 : p;
    context[at++] = token;
  }
  if (rest.length === REST_TOKENS) return p;
  predictor.predict(context, at, scope, path);
  const { evidence, mixture } = predictor;
  let lineEndProbability = 0;
  for (let slot = 0; slot < evidence.size; slot++) {
    if (endsLine[evidence.candidates[slot] as number] === 1)
      lineEndProbability += mixture.probabilities[slot] as number;
  }
  return p * lineEndProbability;
}
