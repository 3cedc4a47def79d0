// The router's facts about a cursor position, the same for fitting and for deciding.
import type { CompletionQuery } from '../common/completion.ts';
import { lastLines, lineAfter, lineBefore, linesBelow, withoutLastLine } from '../text/lines.ts';
import type { PositionFacts } from './types.ts';

/** Lines above and below the cursor's line, and their maximum length, UTF-16 units. */
const AROUND = 3;
const REACH = 600;

export function positionFactsOf({ languageId, prefix, suffix }: CompletionQuery): PositionFacts {
  const above = lastLines(withoutLastLine(prefix.slice(-REACH)), AROUND, REACH).join('\n');
  const below = linesBelow(suffix, AROUND, REACH).join('\n');
  return { languageId, lineBefore: lineBefore(prefix), lineAfter: lineAfter(suffix), above, below };
}
