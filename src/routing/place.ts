// What the coupling is told of a place: the same where it is fitted and where it decides.
import type { CompletionQuery } from '../common/completion.ts';
import { lastLines, lineAfter, lineBefore, linesBelow, withoutLastLine } from '../text/lines.ts';
import type { PlaceFacts } from './types.ts';

/** Lines above and below the cursor's, and how much text of them. */
const AROUND = 3;
const REACH = 600;

export function positionOf({ languageId, prefix, suffix }: CompletionQuery): PlaceFacts {
  const above = lastLines(withoutLastLine(prefix.slice(-REACH)), AROUND, REACH).join('\n');
  const below = linesBelow(suffix, AROUND, REACH).join('\n');
  return { languageId, lineBefore: lineBefore(prefix), lineAfter: lineAfter(suffix), above, below };
}
