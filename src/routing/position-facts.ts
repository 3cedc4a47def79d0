// What the router sees: facts of a cursor position, the same for fitting and for deciding, and labelled examples.
import type { CompletionQuery, Draft } from '../common/completion.ts';
import { lastLines, lineAfter, lineBefore, linesBelow, withoutLastLine } from '../text/lines.ts';

/** Facts about the cursor position, besides the draft. */
export interface PositionFacts {
  readonly languageId: string;
  /** Text of the cursor's line before and after it. */
  readonly lineBefore: string;
  readonly lineAfter: string;
  /** Some lines above and below it. */
  readonly above?: string;
  readonly below?: string;
}

/** A labelled position in a held-out file. */
export interface RouterExample {
  readonly path: string;
  readonly draft: Draft;
  readonly position: PositionFacts;
  /** The specialist's draft equals what the author wrote (trimmed). */
  readonly specialistRight: boolean;
  /** Cuts of the draft, and whether the author's text begins with each. Absent: not measured. */
  readonly cuts?: readonly { readonly draft: Draft; readonly right: boolean }[];
  /** Whether the API's answer is right; undefined if it was not asked. */
  readonly apiRight?: boolean;
  /** Whether that answer is the draft. */
  readonly apiAgrees?: boolean;
}

/** Lines above and below the cursor's line, and their maximum length, UTF-16 units. */
const MAX_LINES = 3;
const MAX_LENGTH = 600;

export function positionFactsOf({ languageId, prefix, suffix }: CompletionQuery): PositionFacts {
  const above = lastLines(withoutLastLine(prefix.slice(-MAX_LENGTH)), MAX_LINES, MAX_LENGTH).join('\n');
  const below = linesBelow(suffix, MAX_LINES, MAX_LENGTH).join('\n');
  return { languageId, lineBefore: lineBefore(prefix), lineAfter: lineAfter(suffix), above, below };
}
