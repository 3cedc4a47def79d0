// A next edit that inserts text at the cursor, as a suggestion.
import { decide } from '../routing/decide.ts';
import type { LocalDrafts } from './local-drafts.ts';
import { type Cursor, decided, type EditInLine, type Suggestion } from './suggestion.ts';

/** Who offers next edits counts and judges them; its id stays. */
export function offeredEdit(
  cursor: Cursor,
  { id, probability: p }: EditInLine,
  text: string,
  local: LocalDrafts,
): Suggestion {
  const estimated = {
    estimates: { pSpecialist: p, pApi: 0, pApiIsPrior: true },
    cuts: [{ text, p }],
    expectedCharacters: text.length,
  };
  // It passed the threshold of next edits when it was offered, and is drawn already.
  const conditions = local.conditionsAt(cursor, 'it is an offered edit', {
    isAnswer: false,
    rejected: undefined,
    goesOn: text,
  });
  const origin = { id, source: 'specialist', model: '', draft: undefined, indexRevision: 0 } as const;
  const counts = { latencyMs: 0, costUsd: 0, savedUsd: 0, cached: true };
  return decided({ ...origin, ...estimated, ...counts }, decide(estimated, conditions));
}
