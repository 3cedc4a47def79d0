// What a local draft leaves in the cache: what is shown of it, and for where that ends the rest that was cut off, as far as it is worth showing there.
import type { CompletionQuery } from '../common/completion.ts';
import { cutNote } from '../coupling/decide.ts';
import { bestCut, restOf, type ScoredCut } from '../coupling/show.ts';
import type { Answer } from './answer-cache.ts';

export interface Placed {
  readonly query: CompletionQuery;
  readonly answer: Answer;
}

/**
 * The answer, and those that follow it, each at the end of the one before: how likely they are is said for the case that all before them were right.
 * @param cuts of the draft, shortest first
 */
export function withRests(query: CompletionQuery, answer: Answer, cuts: readonly ScoredCut[], bar: number): Placed[] {
  const { shown } = answer.decision;
  const placed = { query, answer };
  const left = shown === undefined ? [] : restOf(cuts, shown);
  const rest = bestCut(left, bar);
  if (shown === undefined || rest === undefined) return [placed];
  const summary = `Specialist: the rest of an earlier draft, ${rest.p.toFixed(2)} over the bar ${bar.toFixed(2)}${cutNote(rest)}`;
  const next: Answer = { ...answer, text: rest.text, decision: { ...answer.decision, shown: rest, summary } };
  return [placed, ...withRests({ ...query, prefix: query.prefix + shown.text }, next, left, bar)];
}
