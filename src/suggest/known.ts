// What is known at a position before any model is asked.
import { continuesReplacement } from '../prompts/completion/completion-position.ts';
import { decide } from '../routing/decide.ts';
import { shownCut } from '../routing/decision.ts';
import { ANSWERED, type NoCall, SEEN_BEFORE } from '../routing/reasons.ts';
import { type Continued, isSame, type KeptSuggestions } from './kept-suggestions.ts';
import type { LocalDrafts } from './local-drafts.ts';
import type { ShownSuggestions } from './shown-suggestions.ts';
import { type Cursor, decided, type Suggestion } from './suggestion.ts';
import type { VerdictMemory } from './verdict-memory.ts';

/** What earlier requests have left, and who decides on it. */
export interface KnownDeps {
  readonly local: LocalDrafts;
  /** What a later key may show. The large model's answers are put there as they come. */
  readonly kept: KeptSuggestions;
  /** What is on the screen, and its outcome. */
  readonly screen: ShownSuggestions;
  /** What was learned from outcomes. */
  readonly verdicts: VerdictMemory;
}

export interface Known {
  /** A kept suggestion that is worth showing here. */
  readonly suggestion?: Suggestion;
  /** The large model has answered here, in vain: why it is not asked again. */
  readonly noCall?: NoCall;
}

export function knownAt(cursor: Cursor, memory: KnownDeps): Known {
  const { query, replaced } = cursor;
  const { visible } = memory.screen;
  for (const continued of memory.kept.at(query, visible)) {
    const { kept, typed } = continued;
    if (isOutdated(cursor, continued, memory)) continue;
    const isAnswer = kept.source === 'api';
    const cuts = continued.cuts.filter(({ text }) => continuesReplacement(text, query, replaced));
    const goesOn = isSame(kept, visible) ? shownCut(kept.decision)?.text.slice(typed.length) : undefined;
    // A text that was contradicted may come back where the user takes that back; a local one that was deleted may not.
    const rejected = isAnswer ? undefined : memory.verdicts.deletedAt(query);
    const history = { isAnswer, rejected, goesOn };
    const conditions = memory.local.conditionsAt(cursor, isAnswer ? ANSWERED : SEEN_BEFORE, history);
    // The price that an answer had to beat is that of its call.
    const price = isAnswer ? kept.decision.price : conditions.limits.price;
    const rest = { ...kept, cuts, costUsd: 0, savedUsd: 0, cached: true };
    const known = decided(rest, decide(rest, { ...conditions, limits: { ...conditions.limits, price } }));
    if (known.text !== '') return { suggestion: known };
    if (!isAnswer) continue;
    const isUnsure = known.decision.kind === 'hold' && known.decision.held !== undefined;
    return { noCall: isUnsure ? 'its answer is not sure enough' : 'the large model had nothing to add' };
  }
  return {};
}

/** Whether a better draft has arrived, or another file has changed. A visible suggestion is never replaced. */
function isOutdated(cursor: Cursor, { kept }: Continued, { screen, local }: KnownDeps): boolean {
  if (kept.source !== 'specialist') return false;
  if (!cursor.isManual && isSame(kept, screen.visible)) return false;
  return kept.indexRevision < cursor.indexRevision || local.hasBetterDraft(cursor);
}
