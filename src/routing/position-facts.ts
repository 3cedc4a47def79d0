// The router's facts about a cursor position, the same for fitting and for deciding.
import type { CompletionQuery } from '../common/completion.ts';
import { lastLines, lineAfter, lineBefore, linesBelow, withoutLastLine } from '../text/lines.ts';
import type { PositionFacts } from './types.ts';

/** Lines above and below the cursor's line, and their maximum length, UTF-16 units. */
const MAX_LINES = 3;
const MAX_LENGTH = 600;

export function positionFactsOf({ languageId, prefix, suffix }: CompletionQuery): PositionFacts {
  const above = lastLines(withoutLastLine(prefix.slice(-MAX_LENGTH)), MAX_LINES, MAX_LENGTH).join('\n');
  const below = linesBelow(suffix, MAX_LINES, MAX_LENGTH).join('\n');
  return { languageId, lineBefore: lineBefore(prefix), lineAfter: lineAfter(suffix), above, below };
}
