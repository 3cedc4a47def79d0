// What a local draft leaves in the cache: what is shown of it, and for where that ends the rest that was cut off, as far as it is worth showing there.
import type { CompletionQuery } from '../common/completion.ts';
import { hereNote } from '../routing/decide.ts';
import { bestCut, restOf, type ScoredCut } from '../routing/show.ts';
import { type CachedAnswer, insertedAt } from './answer-cache.ts';

export interface Placed {
  readonly query: CompletionQuery;
  readonly answer: CachedAnswer;
}

export interface Shows {
  readonly bar: number;
  readonly annoyance?: number | undefined;
}

/**
 * The answer, and those that follow it, each at the end of the one before: how likely they are is said for the case that all before them were right.
 * @param cuts of the draft, shortest first
 * @param policy as for what nobody has asked for
 */
export function withRests(
  query: CompletionQuery,
  answer: CachedAnswer,
  cuts: readonly ScoredCut[],
  policy: Shows,
): Placed[] {
  const { shown } = answer.decision;
  const placed = { query, answer };
  const left = shown === undefined ? [] : restOf(cuts, shown);
  const rest = bestCut(left, policy.bar, policy.annoyance);
  if (shown === undefined || rest === undefined) return [placed];
  const summary = hereNote(rest, 'the rest of an earlier draft');
  const { text, over = 0 } = rest;
  const next: CachedAnswer = { ...answer, text, over, decision: { ...answer.decision, shown: rest, summary } };
  return [placed, ...withRests(insertedAt(query, shown), next, left, policy)];
}
