// Cache entries of a local draft: the shown part, and at its end the remainder that was cut off, as far as it is worth
// showing there.
import type { CompletionQuery } from '../common/completion.ts';
import { localAnswerNote } from '../routing/decide.ts';
import { bestCut, restOf, type ScoredCut, type ShowLimits } from '../routing/show.ts';
import { type CachedAnswer, insertedAt } from './answer-cache.ts';

export interface CacheEntry {
  readonly query: CompletionQuery;
  readonly answer: CachedAnswer;
}

/**
 * The answer and its remainders, each at the end of the one before. Their probability assumes that all before them were
 * right.
 * @param cuts of the draft, shortest first
 * @param limits of an automatic request
 */
export function withRemainders(
  query: CompletionQuery,
  answer: CachedAnswer,
  cuts: readonly ScoredCut[],
  limits: ShowLimits,
): CacheEntry[] {
  const { shown } = answer.decision;
  const entry = { query, answer };
  const remainingCuts = shown === undefined ? [] : restOf(cuts, shown);
  const remainder = bestCut(remainingCuts, limits);
  if (shown === undefined || remainder === undefined) return [entry];
  const summary = localAnswerNote(remainder, 'the rest of an earlier draft');
  const { text, over: replaceLength = 0 } = remainder;
  const nextAnswer: CachedAnswer = {
    ...answer,
    text,
    replaceLength,
    decision: { ...answer.decision, shown: remainder, summary },
  };
  return [
    entry,
    ...withRemainders(
      insertedAt(query, { text: shown.text, replaceLength: shown.over ?? 0 }),
      nextAnswer,
      remainingCuts,
      limits,
    ),
  ];
}
