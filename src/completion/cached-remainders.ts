// Cache entries of a local draft: the shown part, and at its end the remainder that was cut off, as far as it is worth
// showing there.
import type { CompletionQuery } from '../common/completion.ts';
import { hereNote } from '../routing/decide.ts';
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
  const placed = { query, answer };
  const left = shown === undefined ? [] : restOf(cuts, shown);
  const rest = bestCut(left, limits);
  if (shown === undefined || rest === undefined) return [placed];
  const summary = hereNote(rest, 'the rest of an earlier draft');
  const { text, over = 0 } = rest;
  const next: CachedAnswer = { ...answer, text, over, decision: { ...answer.decision, shown: rest, summary } };
  return [placed, ...withRemainders(insertedAt(query, shown), next, left, limits)];
}
